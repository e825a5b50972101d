// Starts a command of tools/ without a build step: transpiles on the fly, checks no types (`npm run typecheck` does).
"use strict";
const path = require("node:path");
process.chdir(path.join(__dirname, ".."));
require("ts-node").register({ transpileOnly: true, project: path.join(__dirname, "..", "tsconfig.json") });
require("./main").main(process.argv.slice(2));
