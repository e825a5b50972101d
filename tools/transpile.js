// Lets this process load TypeScript without a build step: for tools/run.js, the program and mocha. Files are transpiled when
// they have changed and kept in node_modules/.cache, since loading the compiler alone takes longer than many a command;
// types are checked by `npm run typecheck`.
"use strict";
const { createHash } = require("node:crypto");
const fs = require("node:fs");
const path = require("node:path");

const ROOT = path.join(__dirname, "..");
const CACHE = path.join(ROOT, "node_modules", ".cache", "hearth");
// Whatever decides the result apart from a file's text.
const SETTINGS = [
    fs.readFileSync(path.join(ROOT, "tsconfig.json"), "utf8"),
    fs.readFileSync(path.join(ROOT, "node_modules", "typescript", "package.json"), "utf8"),
    fs.readFileSync(__filename, "utf8"),
].join("\0");

function transpile(file, text) {
    const ts = require("typescript");
    const { config } = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), (name) => fs.readFileSync(name, "utf8"));
    const compilerOptions = { ...config.compilerOptions, noEmit: false, inlineSourceMap: true };
    const options = ts.convertCompilerOptionsFromJson(compilerOptions, ROOT).options;
    return ts.transpileModule(text, { fileName: file, compilerOptions: options }).outputText;
}

function cached(file) {
    const text = fs.readFileSync(file, "utf8");
    const name = path.relative(ROOT, file);
    const key = createHash("sha256").update([SETTINGS, name, text].join("\0")).digest("hex");
    const kept = path.join(CACHE, `${key}.js`);
    try {
        return fs.readFileSync(kept, "utf8");
    } catch {
        const output = transpile(file, text);
        keep(kept, output);
        return output;
    }
}

function keep(file, text) {
    // Another run may do the same at this moment.
    const draft = `${file}.${process.pid}`;
    try {
        fs.mkdirSync(CACHE, { recursive: true });
        fs.writeFileSync(draft, text);
        fs.renameSync(draft, file);
    } catch {
        // A checkout that cannot be written to works, only slower.
    }
}

require.extensions[".ts"] = (module, file) => {
    // From here on and not before: what is loaded by then (Pulumi's SDK, in the program) loads twice as fast without.
    process.setSourceMapsEnabled(true);
    module._compile(cached(file), file);
};
