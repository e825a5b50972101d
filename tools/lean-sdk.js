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

// The SDK notes a stack trace for each promise, to be shown when PULUMI_DEBUG_PROMISE_LEAKS is set. Without it, nobody
// would see them; with our source maps they were half of the time of the tests.
if (!process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
    const debuggable = require("@pulumi/pulumi/runtime/debuggable");
    const { debuggablePromise } = debuggable;
    debuggable.debuggablePromise = (promise, context) => {
        const { stackTraceLimit } = Error;
        Error.stackTraceLimit = 0;
        try {
            return debuggablePromise(promise, context);
        } finally {
            Error.stackTraceLimit = stackTraceLimit;
        }
    };
}

// Pulumi's loader has a package look for the source map of every frame of a stack trace. It finds none of ours, of which
// tools/transpile.js tells Node itself.
Error.prepareStackTrace = undefined;

module.exports = { ON_CALL };
