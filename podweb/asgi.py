"""HTTP and websockets. A websocket is taken only from podweb's own pages and only from someone signed in."""

import os
import warnings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "podweb.settings")

# whitenoise reads files synchronously; Django says so once per worker although nothing can be done about it.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.core.asgi import get_asgi_application

http = get_asgi_application()

from pods.web.live.origin import SameOriginOnly  # the app registry is ready now
from pods.web.live.routing import urlpatterns
from podweb.bodies import BodyLimit

application = ProtocolTypeRouter(
    {
        "http": BodyLimit(http, settings.DATA_UPLOAD_MAX_MEMORY_SIZE),
        "websocket": SameOriginOnly(AuthMiddlewareStack(URLRouter(urlpatterns))),
    }
)
