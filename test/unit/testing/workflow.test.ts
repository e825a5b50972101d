import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { MARKER } from "../../../tools/manifests/difference";
import { TIERS } from "../../../tools/testing/tiers";

const ROOT = join(__dirname, "..", "..", "..");
const TEXT = readFileSync(join(ROOT, ".github", "workflows", "ci.yml"), "utf8");
const MAKEFILE = readFileSync(join(ROOT, "Makefile"), "utf8");

interface Step {
    readonly uses?: string;
    readonly run?: string;
}

const { jobs, permissions } = parse(TEXT) as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[]; readonly permissions?: object }>>;
    readonly permissions: object;
};
const STEPS = Object.values(jobs).flatMap(({ steps }) => steps);

describe("the workflow", () => {
    it("calls targets of the Makefile, tiers of the tests among them, and no others", () => {
        const targets = new Set(
            MAKEFILE.split("\n").flatMap((line) => /^([\w -]+):/.exec(line)?.[1]?.split(" ") ?? []),
        );
        const tiers = TIERS.map(({ name }) => `test-${name}`);
        const called = STEPS.flatMap(({ run = "" }) => [...run.matchAll(/\bmake (?:-C \S+ )?([a-z][\w-]*)/g)]);
        const names = called.map(([, name = ""]) => name);
        assert.ok(names.length > 5);
        assert.deepEqual(
            names.filter((name) => !targets.has(name) && !tiers.includes(name)),
            [],
        );
    });

    it("pins every action by its commit", () => {
        const uses = STEPS.flatMap((step) => (step.uses === undefined ? [] : [step.uses]));
        assert.ok(uses.length > 5);
        for (const action of uses) assert.match(action, /^[\w.-]+\/[\w.-]+@[0-9a-f]{40}$/);
    });

    it("may read the repository, and write nothing but the comment on what stacks apply", () => {
        assert.deepEqual(permissions, { contents: "read" });
        const more = Object.entries(jobs).filter(([, job]) => job.permissions !== undefined);
        assert.deepEqual(
            more.map(([name, job]) => [name, job.permissions]),
            [["manifests", { contents: "read", "pull-requests": "write" }]],
        );
    });

    it("finds its comment again by the mark that the comment begins with", () => {
        assert.ok(TEXT.includes(`startswith("${MARKER}")`));
    });
});
