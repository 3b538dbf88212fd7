/** A process that writes features, in an order of its own, until it is done or killed: FOLDER VIDEOS SCALE SEED. */
import { random } from "vghif/dist/data/random.js";
import { FeatureStore } from "vghif/dist/features/store/store.js";
import { contentOf, featureOf, KEY } from "./example-features.js";

const [folder = "", videos, scale, seed] = process.argv.slice(2);

async function main(): Promise<void> {
  const store = new FeatureStore(folder, KEY, { shardBytes: 3e6 });
  const ids = random(Number(seed)).shuffle(Array.from({ length: Number(videos) }, (_, id) => id));
  process.send?.("begun");
  for (const id of ids) {
    if (!store.has(contentOf(id))) await store.write(contentOf(id), featureOf(id, Number(scale)));
  }
  await store.close();
  process.disconnect();
}

void main();
