// Where Pulumi starts the policy pack (main of package.json); as tools/program.js does for the program.
"use strict";
require("../tools/lean-sdk");
require("../tools/transpile");
module.exports = require("./index.ts");
