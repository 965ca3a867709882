// The hall changed while somebody stands here: what he looks at is brought up to date, and he is led back from what is gone.

import { get, house } from "./house.js";
import { again, heading, revise } from "./stage.js";
import { asking } from "./take.js";

/** Screens that show the hall; on the others nobody is, somebody types, or he holds what he came for. */
const OF_THE_HALL = new Set(["departments", "items", "search", "confirm", "times"]);
/** What screens fetched for themselves: it is fetched again. */
const FETCHED = ["items", "found", "answered", "days"];

/** Show the hall as it was learned anew; gives whether what the visitor looked at is gone. Throws what `call` throws. */
export async function renew() {
  const loose = OF_THE_HALL.has(heading()?.name) && !asking();
  const gone = await revise(async ({ name, args }) => !OF_THE_HALL.has(name) || (await refresh(name, args)) || !loose);
  if (loose && !gone) await again();
  return gone;
}

/** Whether all that a screen is about is still there; then its `args` say how it is now. */
async function refresh(name, args) {
  const { department, line, item, priority } = args, { departments, lines, priorities } = house.hall;
  const now = {
    ...(department && { department: departments.find(({ code }) => code === department.code) }),
    ...(line && { line: lines.find(({ prefix }) => prefix === line.prefix) }),
    ...(item && { item: await itemNow(item.code) }),
  };
  if (Object.values(now).includes(undefined) || (name === "times" && !now.item.bookable)) return false;
  for (const fetched of FETCHED) delete args[fetched];
  Object.assign(args, now, priority && !priorities.some(({ code }) => code === priority) ? { priority: "" } : {});
  return true;
}

async function itemNow(code) {
  const { items } = await get(`/halls/${house.code}/items?${new URLSearchParams({ q: code })}`);
  return items.find((item) => item.code === code);
}
