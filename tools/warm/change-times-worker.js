// A thread that hashes change times of a folder, so that a command with other things to do needs not wait: node_modules
// has 20,000 files, a quarter of a second.
"use strict";
const { parentPort, workerData } = require("node:worker_threads");

require("../transpile");
const { hashChangeTimes } = require("./fingerprint");

parentPort.postMessage(hashChangeTimes(workerData.path, workerData.except));
