import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";

const ROOT = join(__dirname, "..", "..");
/** Soft limit of 250 lines is for review; this one is for the machine. */
const MAX_LINES = 400;

interface Import {
    readonly from: string;
    readonly to: string;
    readonly typeOnly: boolean;
}

function sources(folder: string): readonly string[] {
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => join(folder, file));
}

function importsOf(file: string): readonly Import[] {
    const text = readFileSync(join(ROOT, file), "utf8");
    return [...text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"]+)"/gm)].map(
        ([, type, target = ""]) => ({
            from: file,
            to: target.startsWith(".") ? relative(ROOT, normalize(join(ROOT, dirname(file), target))) : target,
            typeOnly: type !== undefined,
        }),
    );
}

/** Rank of a module in `config ← core ← domain ← platform ← index`. */
function rank(module: string): number {
    if (module.startsWith("components/config/")) return 0;
    if (module.startsWith("components/core/")) return 1;
    if (/^components\/(?:platform|layers)(?:\.ts)?$/.test(module)) return 3;
    if (module.startsWith("components/")) return 2;
    return 4;
}

const COMPONENTS = sources("components");
const POLICY = sources("policy");
const EVERYTHING = [...COMPONENTS, ...POLICY, ...sources("tools"), ...sources("test"), "index.ts"];

describe("the architecture", () => {
    const imports = COMPONENTS.flatMap(importsOf);

    it("has sources to look at", () => {
        assert.ok(COMPONENTS.length > 20);
        assert.ok(imports.length > 40);
    });

    it("imports only downwards: config ← core ← domain folders ← platform ← index", () => {
        const local = imports.filter(({ to }) => to.startsWith("components/"));
        const upward = local.filter(({ from, to }) => rank(to) > rank(from));
        assert.deepEqual(upward, []);
    });

    it("keeps tools, policies and tests out of components", () => {
        assert.deepEqual(
            imports.filter(({ to }) => /^(?:tools|policy|test)\//.test(to)),
            [],
        );
    });

    it("lets policies know of the configuration only, their rules nothing of Pulumi, and the pack alone its SDK", () => {
        const policies = POLICY.flatMap(importsOf);
        assert.ok(policies.length > 60);
        const strange = policies.filter(({ to }) => /^(?:components|tools|test)\//.test(to) && rank(to) !== 0);
        assert.deepEqual(strange, []);
        const ofPulumi = policies.filter(({ to }) => to.startsWith("@pulumi/")).map(({ from }) => from);
        assert.deepEqual(
            ofPulumi.filter((from) => !from.startsWith("policy/pack/") && from !== "policy/index.ts"),
            [],
        );
        const upward = policies.filter(
            ({ from, to }) => /^policy\/(?:model|rules)\//.test(from) && /^policy\/pack\//.test(to),
        );
        assert.deepEqual(upward, []);
    });

    it("has one rule a file, named like it", () => {
        for (const file of POLICY.filter((name) => name.startsWith("policy/rules/"))) {
            const text = readFileSync(join(ROOT, file), "utf8");
            const names = [...text.matchAll(/^ {4}name: "([a-z-]+)",$/gm)].map(([, name]) => name);
            assert.deepEqual(names, [file.replace(/^.*\/|\.ts$/g, "")], file);
        }
    });

    it("lets domain folders know of each other by type only", () => {
        const folder = (module: string): string => dirname(module);
        const sideways = imports.filter(
            ({ from, to, typeOnly }) =>
                rank(from) === 2 &&
                to.startsWith("components/") &&
                rank(to) === 2 &&
                folder(from) !== folder(to) &&
                !folder(from).startsWith(`${folder(to)}/`) &&
                !folder(to).startsWith(`${folder(from)}/`) &&
                !typeOnly,
        );
        assert.deepEqual(sideways, []);
    });

    it("keeps Pulumi out of the configuration, but for its one reader", () => {
        const readers = imports
            .filter(({ from, to }) => rank(from) === 0 && to.startsWith("@pulumi/"))
            .map(({ from }) => from);
        assert.deepEqual([...new Set(readers)], ["components/config/load.ts"]);
    });

    it("imports the Kubernetes SDK deeply, since its index loads every API group", () => {
        const broad = imports.filter(
            ({ to, typeOnly }) => !typeOnly && /^@pulumi\/kubernetes(\/helm)?(\/v\d)?$/.test(to),
        );
        assert.deepEqual(broad, []);
    });

    it("has no file that is too long to read", () => {
        const long = EVERYTHING.filter((file) => readFileSync(join(ROOT, file), "utf8").split("\n").length > MAX_LINES);
        assert.deepEqual(long, []);
    });

    it("has at most one component per file", () => {
        const crowded = COMPONENTS.filter(
            (file) => (readFileSync(join(ROOT, file), "utf8").match(/extends HearthComponent/g) ?? []).length > 1,
        );
        assert.deepEqual(crowded, []);
    });

    it("names type tokens after the folder and class", () => {
        for (const file of COMPONENTS) {
            const text = readFileSync(join(ROOT, file), "utf8");
            const name = /export class (\w+) extends HearthComponent/.exec(text)?.[1];
            if (name === undefined) continue;
            const folder = file.split("/")[1]?.replace(/\.ts$/, "");
            assert.ok(text.includes(`"hearth:${folder}:${name}"`), `${file} lacks the token hearth:${folder}:${name}`);
        }
    });

    it("uses kebab-case file names", () => {
        assert.deepEqual(
            EVERYTHING.filter((file) => !/^[a-z0-9.-]+\.ts$/.test(file.split("/").at(-1) ?? "")),
            [],
        );
    });

    it("depends on nothing outside the checkout", () => {
        const outside = EVERYTHING.filter(
            (file) =>
                /\.\.\/shared\b|\/work\//.test(readFileSync(join(ROOT, file), "utf8")) &&
                !file.endsWith("architecture.test.ts"),
        );
        assert.deepEqual(outside, []);
    });
});
