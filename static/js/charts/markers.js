// What happened, as marks in the charts.
const KINDS = "operation,oom,memory_limit,throttled,unthrottled,limits,health,left_out,engine";
const MOST = 500;
// Of what the engine says, only what explains a jump in the lines: the rest stands in the timeline.
const TOLD = /^(started again|ended|ran out)/;

/** Return `[{at, tone, text}]` of the time between two moments, the oldest first; `of`: without other containers than this. */
export async function readMarkers(url, start, end, of) {
  const query = new URLSearchParams({ from: Math.floor(start), to: Math.ceil(end) + 60, kind: KINDS, limit: MOST });
  const response = await fetch(`${url}?${query}`, { headers: { Accept: "application/json" } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message || `status ${response.status}`);
  return answer.entries
    .filter((entry) => entry.kind !== "engine" || TOLD.test(entry.text))
    .filter((entry) => !of || !entry.container || entry.container === of)
    .map(({ at, tone, container, text }) => ({ at, tone, text: container && !of ? `${container}: ${text}` : text }))
    .reverse();
}
