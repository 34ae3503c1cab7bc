"""What was last seen of one cgroup, and what in the next look at it is worth telling."""

import time
from dataclasses import dataclass
from typing import Any

from pods.cgroups.own_limits import Limits
from pods.messages.events import Kind
from pods.messages.live import Detail

THROTTLED_FROM = 0.1  # share of the enforcement periods
THROTTLED_UNTIL = 0.05
QUIET = 600.0  # seconds in which the same is not told of a cgroup again
Told = list[tuple[Kind, dict[str, Any]]]


@dataclass
class Watched:
    """One cgroup. ``limits`` are its own; None: not read yet."""

    kills: int | None = None
    limit_hits: int | None = None
    limit_told_at: float = -QUIET
    throttled_since: float | None = None
    throttled_told_at: float = -QUIET
    limits: Limits | None = None

    def changed_limits(self, limits: Limits) -> Told:
        """Tell which limits are others than they were."""
        before, self.limits = self.limits, limits
        if before is None:
            return []
        changed = {name: [before[name], now] for name, now in limits.items() if before.get(name, now) != now}
        return [(Kind.LIMITS, changed)] if changed else []

    def hits(self, detail: Detail) -> Told:
        """Tell when it runs into its memory limit again after a while."""
        hits, before = detail.events.get("max"), self.limit_hits
        self.limit_hits = hits
        if hits is None or before is None or hits <= before:
            return []
        now, former = time.monotonic(), self.limit_told_at
        self.limit_told_at = now
        return [(Kind.MEMORY_LIMIT, {"count": hits - before})] if now - former >= QUIET else []

    def throttling(self, detail: Detail) -> Told:
        """Tell when throttling begins, and when it has ended."""
        if detail.periods is None or detail.throttled_periods is None:
            return []
        share = detail.throttled_periods / detail.periods if detail.periods else 0.0
        now = time.monotonic()
        if self.throttled_since is None:
            if share >= THROTTLED_FROM and now - self.throttled_told_at >= QUIET:
                self.throttled_since = self.throttled_told_at = now
                return [(Kind.THROTTLED, {"share": round(100 * share, 1)})]
        elif share < THROTTLED_UNTIL:
            since, self.throttled_since = self.throttled_since, None
            return [(Kind.UNTHROTTLED, {"seconds": round(now - since)})]
        return []
