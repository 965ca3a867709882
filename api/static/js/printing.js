// Printing a page of ours without leaving this one: it prints itself when it is loaded with ?print=1.

const frame = document.createElement("iframe");
frame.className = "visually-hidden";
frame.title = "";
frame.tabIndex = -1;
frame.setAttribute("aria-hidden", "true");

/** Load a page that prints itself, unseen. */
export function printPage(path) {
  const url = new URL(path, location.href);
  url.searchParams.set("print", "1");
  frame.src = url.pathname + url.search;
  if (!frame.isConnected) document.body.append(frame);
}
