"""What the pages call the verbs: on a button, while it goes on, and when it is done."""

from pods.messages.names import Verb

LABELS = {
    Verb.START: "Start",
    Verb.STOP: "Stop",
    Verb.RESTART: "Restart",
    Verb.PAUSE: "Pause",
    Verb.UNPAUSE: "Unpause",
    Verb.KILL: "Kill",
    Verb.REMOVE: "Remove",
    Verb.START_INFRA: "Start the infra container",
}
DOING = {
    "create": "Creating",
    "add_container": "Adding a container",
    "start": "Starting",
    "stop": "Stopping",
    "restart": "Restarting",
    "pause": "Pausing",
    "unpause": "Unpausing",
    "kill": "Killing",
    "remove": "Removing",
    "start_infra": "Starting the infra container",
    "look_up_cgroup": "Looking up the cgroup",
    "terminal": "Terminal open",
}
DONE = {
    "create": "Created",
    "add_container": "Container added",
    "start": "Started",
    "stop": "Stopped",
    "restart": "Restarted",
    "pause": "Paused",
    "unpause": "Unpaused",
    "kill": "Killed",
    "remove": "Removed",
    "start_infra": "Infra container started",
    "look_up_cgroup": "Cgroup looked up",
    "terminal": "Terminal closed",
}
