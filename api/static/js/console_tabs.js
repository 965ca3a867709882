// One officer works in one tab of a browser: the newest. An older one says so and stands still.

/** Work under `name` from now on; `lost()`: a newer tab does. */
export function claim(name, lost) {
  const channel = new BroadcastChannel(name);
  const mine = [Date.now(), Math.random()]; // the second where two open in the same millisecond
  channel.onmessage = ({ data: [at, chance] }) => {
    if (at < mine[0] || (at === mine[0] && chance < mine[1])) return;
    channel.close();
    lost();
  };
  channel.postMessage(mine);
}
