// A receipt prints itself when asked to (?print=1), on A5 or, with ?paper=80, on as much 80 mm paper as it needs.

const MM_PER_PX = 25.4 / 96;
const asked = new URLSearchParams(location.search);
const sheet = new CSSStyleSheet();

if (asked.get("paper") === "80") {
  const height = Math.ceil(document.querySelector("main").offsetHeight * MM_PER_PX) + 8;
  sheet.replaceSync(`@page { size: 80mm ${height}mm; margin: 0 }`);
} else {
  sheet.replaceSync("@page { size: A5 landscape; margin: 0 }");
}
document.adoptedStyleSheets = [sheet];
document.getElementById("print").addEventListener("click", () => print());
if (asked.has("print")) print();
