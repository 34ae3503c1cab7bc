// What a page's part keeps up to date itself outlives a refresh of what is around it.

/** Put the children of `fresh` into `root`; its child with `data-keep` stays, where the fresh copy of it would stand. */
export function putAround(root, fresh) {
  const kept = [...root.children].find((child) => child.dataset.keep !== undefined);
  const copy = kept && [...fresh.children].find((child) => child.id === kept.id);
  if (!copy) {
    root.replaceChildren(...fresh.childNodes);
    return;
  }
  const nodes = [...fresh.childNodes];
  const place = nodes.indexOf(copy);
  for (const node of [...root.childNodes]) if (node !== kept) node.remove();
  kept.before(...nodes.slice(0, place));
  kept.after(...nodes.slice(place + 1));
}
