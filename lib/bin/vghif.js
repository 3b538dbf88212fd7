#!/usr/bin/env node

const { existsSync } = require("node:fs");
const path = require("node:path");

const main = path.join(__dirname, "..", "dist", "cli", "main.js");
if (!existsSync(main)) {
  console.error("vghif: the library is not built yet; run `npm run build` in the project's folder");
  process.exit(1);
}
require(main)
  .main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  });
