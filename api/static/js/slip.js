// The slip prints itself when asked to (?print=1), on exactly as much paper as it needs.

const MM_PER_PX = 25.4 / 96;

const sheet = new CSSStyleSheet();
sheet.replaceSync(`@page { size: 80mm ${Math.ceil(document.body.scrollHeight * MM_PER_PX) + 2}mm; margin: 0 }`);
document.adoptedStyleSheets = [sheet];
if (new URLSearchParams(location.search).has("print")) window.print();
