"""What every process of podweb shares: the broker, the channel layer, where data lives, logging."""

from pathlib import Path

from podweb import env

BASE_DIR = Path(__file__).resolve().parent.parent
DATA = Path(env.text("PODWEB_DATA", "data")).resolve()

SECRET_KEY = env.secret_key("PODWEB_SECRET_KEY", DATA / "secret_key")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CHANNEL_LAYERS = {"default": env.channel_layer("PODWEB_CHANNEL_LAYER_URL")}
BROKER_URL = env.text("PODWEB_BROKER_URL", "memory://localhost//")

# Where a host worker finds its engine: "" = the usual places, in order.
ENGINE_SOCKET = env.text("PODWEB_ENGINE_SOCKET")
# Whether a host worker may start an engine of its own when it finds none. `podweb up` sets it.
START_ENGINE = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "podweb": {"level": "INFO"},
        "pods": {"level": "INFO"},
        # Every request of the engine client would be a line.
        "httpx": {"level": "WARNING"},
        # 404s and refused websockets are ordinary answers.
        "django.request": {"level": "ERROR"},
        "django.channels.server": {"level": "ERROR"},
    },
}
