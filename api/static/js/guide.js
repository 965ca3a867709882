// A guide can be printed by a button; without scripts the browser's own menu does it.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => print());
