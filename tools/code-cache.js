// Keeps what V8 compiles from one process to the next: a fifth of the program's start, a quarter of a plugin's. Node 22 does
// that itself; for Node 20, v8-compile-cache keeps no function that is compiled when it is called, which is most of them.
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

let keeping = false;

/**
 * From here on, code of a folder is taken from a file where that has it, and put there when this process ends.
 * The first call of a process counts.
 * @param folder absolute; what is elsewhere is compiled as ever
 * @param file absolute; each kind of process has its own
 */
function keepCode(folder, file) {
    if (keeping) return;
    keeping = true;
    if (Module.enableCompileCache !== undefined) {
        Module.enableCompileCache(`${file}.d`);
        return;
    }
    // Node before 20.12 would not find what such code imports.
    if (vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER === undefined) return;
    const kept = read(file);
    const compiled = new Map();
    let news = false;
    const compile = Module.prototype._compile;
    Module.prototype._compile = function (content, filename) {
        if (!filename.startsWith(folder + path.sep)) return compile.call(this, content, filename);
        const name = filename.slice(folder.length);
        const hash = createHash("sha1").update(content).digest("hex");
        const [known, code] = kept.get(name) ?? [];
        const script = new vm.Script(Module.wrap(content.replace(/^#!.*/, "")), {
            filename,
            ...(known === hash ? { cachedData: code } : {}),
            importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
        });
        if (known !== hash || script.cachedDataRejected) news = true;
        compiled.set(name, [hash, script]);
        const require = Object.assign((id) => this.require(id), {
            resolve: (id, options) => Module._resolveFilename(id, this, false, options),
            main: process.mainModule,
            extensions: Module._extensions,
            cache: Module._cache,
        });
        const run = script.runInThisContext();
        return run.call(this.exports, this.exports, require, this, filename, path.dirname(filename));
    };
    // By then the functions that were called are compiled, too.
    process.on("exit", () => {
        if (!news) return;
        for (const [name, [hash, script]] of compiled) kept.set(name, [hash, script.createCachedData()]);
        write(file, kept);
    });
}

/** Length of an index in JSON, the index (name, hash, length of each), and the code. */
function read(file) {
    const kept = new Map();
    try {
        const all = fs.readFileSync(file);
        let at = 4 + all.readUInt32LE(0);
        for (const [name, hash, length] of JSON.parse(all.toString("utf8", 4, at))) {
            kept.set(name, [hash, all.subarray(at, at + length)]);
            at += length;
        }
    } catch {
        // None yet, or none that can be read: it is written anew.
    }
    return kept;
}

function write(file, kept) {
    const entries = [...kept];
    const index = Buffer.from(JSON.stringify(entries.map(([name, [hash, code]]) => [name, hash, code.length])));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(index.length);
    // Another process may do the same at this moment.
    const draft = `${file}.${process.pid}`;
    try {
        fs.mkdirSync(path.dirname(file), { recursive: true });
        fs.writeFileSync(draft, Buffer.concat([length, index, ...entries.map(([, [, code]]) => code)]));
        fs.renameSync(draft, file);
    } catch {
        // Where it cannot be written to, all works, only slower.
    }
}

const PACKAGES = path.join(__dirname, "..", "node_modules");

/**
 * The same for the npm packages of the checkout. Its own files have source maps, of which Node learns only where it
 * compiles them itself.
 * @param kind of process, which decides what it loads
 */
function keepCodeOfPackages(kind) {
    const name = createHash("sha256").update(`${process.version} ${kind}`).digest("hex").slice(0, 16);
    keepCode(PACKAGES, path.join(PACKAGES, ".cache", "hearth", `${name}.code`));
}

module.exports = { keepCode, keepCodeOfPackages };
