// Starts a command of tools/.
"use strict";
const path = require("node:path");

require("./code-cache").keepCodeOfPackages(`run ${process.argv[2]}`);
require("./transpile");
process.chdir(path.join(__dirname, ".."));
require("./main").main(process.argv.slice(2));
