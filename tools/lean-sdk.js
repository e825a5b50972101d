// Loads Pulumi's SDK faster, for processes that start with every run: the program and the policy pack.
"use strict";

// What the SDK needs to send functions to a cloud (the TypeScript compiler, npm's resolver) is 1.1 of the 2.6 seconds that
// the program takes to load, and Hearth sends none: it is loaded when one of its functions is called.
const ON_CALL = {
    "@pulumi/pulumi/runtime/closure/codePaths": ["computeCodePaths", "findWorkspaceRoot"],
    "@pulumi/pulumi/runtime/closure/serializeClosure": ["serializeFunction", "serializeFunctionAsync"],
};

function loadWhenCalled(request, names) {
    const file = require.resolve(request);
    if (file in require.cache) return;
    const caller =
        (name) =>
        (...args) => {
            if (require.cache[file] === placeholder) delete require.cache[file];
            return require(file)[name](...args);
        };
    const placeholder = { exports: Object.fromEntries(names.map((name) => [name, caller(name)])) };
    require.cache[file] = placeholder;
}

for (const [request, names] of Object.entries(ON_CALL)) loadWhenCalled(request, names);

// The SDK takes a stack trace for each promise. Pulumi's loader has source-map-support look for a source map of every
// frame, which finds none of ours (tools/transpile.js tells them to Node itself) and takes 0.7 seconds of a preview.
Error.prepareStackTrace = undefined;

module.exports = { ON_CALL };
