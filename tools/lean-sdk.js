// Loads Pulumi's SDK faster, for processes that start with every run: the program (nodeargs of Pulumi.yaml, so that it is
// there before Pulumi's own loader) and the policy pack.
"use strict";

// Pulumi's loader has one script for programs, and another for policy packs.
require("./code-cache").keepCodeOfPackages(process.argv[1]);

// What the SDK needs to send functions to a cloud (the TypeScript compiler, npm's resolver) is 1.1 of the 2.6 seconds that
// the program takes to load, and Hearth sends none: it is loaded when one of its functions is called.
const ON_CALL = {
    "@pulumi/pulumi/runtime/closure/codePaths": ["computeCodePaths", "findWorkspaceRoot"],
    "@pulumi/pulumi/runtime/closure/serializeClosure": ["serializeFunction", "serializeFunctionAsync"],
    // Without --tracing only `newSpan` is called; see below.
    "@pulumi/pulumi/cmd/run/tracing": ["start", "stop", "newSpan"],
};

// Namespaces of the SDK's index that nobody here looks into.
const ON_USE = ["@pulumi/pulumi/automation"];

/** Puts an object in the place of a module's exports until `real` is called, which loads the module. */
function putOff(request, exportsFrom) {
    const file = require.resolve(request);
    if (file in require.cache) return;
    const placeholder = {};
    const real = () => {
        if (require.cache[file] === placeholder) delete require.cache[file];
        return require(file);
    };
    placeholder.exports = exportsFrom(real);
    require.cache[file] = placeholder;
}

for (const [request, names] of Object.entries(ON_CALL)) {
    const caller = (real) => (name) => [name, (...args) => real()[name](...args)];
    putOff(request, (real) => Object.fromEntries(names.map(caller(real))));
}

// Before `start` there is nobody who collects spans; the SDK's own would load 0.15 seconds of OpenTelemetry first.
const tracing = require("@pulumi/pulumi/cmd/run/tracing");
const { newSpan } = tracing;
tracing.newSpan = (name) =>
    require("@pulumi/pulumi/cmd/run/tracing") === tracing
        ? require("@opentelemetry/api").trace.getTracer("nodejs-runtime").startSpan(name)
        : newSpan(name);

for (const request of ON_USE) {
    putOff(request, (real) => {
        const on =
            (trap) =>
            (_, ...args) =>
                Reflect[trap](real(), ...args);
        const traps = {
            has: on("has"),
            ownKeys: on("ownKeys"),
            getOwnPropertyDescriptor: on("getOwnPropertyDescriptor"),
        };
        // Compiled modules ask for this name first, and take the object as it is.
        const get = (_, name) => (name === "__esModule" ? true : real()[name]);
        return new Proxy({}, { ...traps, get });
    });
}

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

// The SDK sends the engine three calls for each resource that say what it is about to do, which the engine throws away
// but with `pulumi --debug`. Whoever wants to see them sets HEARTH_SDK_DEBUG; `make up ARGS="-- --debug"` does.
if (!process.env.HEARTH_SDK_DEBUG) {
    require("@pulumi/pulumi/log").debug = () => Promise.resolve();
    // Such a message has the engine's whole answer in it, written out before anybody asks whether it is wanted.
    const { RegisterResourceResponse } = require("@pulumi/pulumi/proto/resource_pb");
    RegisterResourceResponse.prototype.toString = () => "an answer, written out with HEARTH_SDK_DEBUG only";
    // The whole stack of each `new Resource` goes into the state, where nobody reads it: a tenth of full's, which the
    // engine writes whole before and after each of its resources.
    require("@pulumi/pulumi/resource").Resource.stackTrace = () => [];
}

// A message that is put into another one brings the arrays below it up to date each time, so that values of values are walked
// as often as they are deep: half of what the program does with what the engine answers. Nobody reads those arrays: messages
// are written from their maps. The method has a short name inside of the package, where `toArray` is for those outside.
const { Message } = require("google-protobuf");
const { Struct, Value, ListValue } = require("google-protobuf/google/protobuf/struct_pb");
const { toArray } = Message.prototype;
const array = [];
const field = Object.entries(new Struct(array)).find(([, value]) => value === array)?.[0];
for (const name of Object.getOwnPropertyNames(Message.prototype)) {
    if (name === "toArray" || Message.prototype[name] !== toArray || field === undefined) continue;
    for (const { prototype } of [Struct, Value, ListValue]) {
        prototype[name] = function () {
            return this[field];
        };
    }
}

// Pulumi's loader has a package look for the source map of every frame of a stack trace. It finds none of ours, of which
// tools/transpile.js tells Node itself.
require.cache[require.resolve("source-map-support/register")] = { exports: {} };
Error.prepareStackTrace = undefined;

module.exports = { ON_CALL, ON_USE };
