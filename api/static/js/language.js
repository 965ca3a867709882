// The language switch is a plain link; this keeps the rest of the address when it is followed.

/** Let `link` (its href says ?lang=…) lead to this very page, with all its other parameters. */
export function keepAddress(link) {
  const here = new URL(location.href);
  here.searchParams.set("lang", new URL(link.href).searchParams.get("lang"));
  link.href = here;
}
