// A document prints itself when asked to: by its button, or with ?print=1.

document.getElementById("print").addEventListener("click", () => print());
if (new URLSearchParams(location.search).has("print")) print();
