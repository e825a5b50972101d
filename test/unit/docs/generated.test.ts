import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { checkTypes } from "../../../components/config/parse";
import { SETTING_NAMES, settingSpec } from "../../../components/config/settings";
import { withDefaults } from "../../../components/config/defaults";
import { blockNames } from "../../../tools/docs/blocks";
import { documents, generatedBlocks, staleDocuments } from "../../../tools/docs/generated";
import { pulumiConfig } from "../../../tools/docs/pulumi-config";

const ROOT = join(__dirname, "..", "..", "..");

interface Declaration {
    readonly type: string;
    readonly items?: { readonly type: string };
    readonly default: unknown;
    readonly description: string;
}

describe("the documentation in this checkout", () => {
    it("is up to date; `make docs` makes it so", async () => {
        assert.deepEqual(await staleDocuments(ROOT), []);
    });

    it("has every table that can be generated, once", async () => {
        const found = documents(ROOT).flatMap((file) => blockNames(file, readFileSync(join(ROOT, file), "utf8")));
        assert.deepEqual([...found].sort(), Object.keys(await generatedBlocks(ROOT)).sort());
    });
});

describe("the settings as Pulumi.yaml declares them", () => {
    const { config } = parse(pulumiConfig()) as { config: Readonly<Record<string, Declaration>> };

    it("are all there, with the types that Pulumi knows", () => {
        assert.deepEqual(
            Object.keys(config),
            SETTING_NAMES.map((name) => `hearth:${name}`),
        );
        for (const [name, { type, items, description }] of Object.entries(config)) {
            assert.ok(["string", "integer", "boolean", "array", "object"].includes(type), name);
            assert.deepEqual(items, type === "array" ? { type: "string" } : undefined, name);
            assert.ok(description.length > 10, name);
        }
    });

    it("each have a default, without which Pulumi would insist on a value in every stack file", () => {
        for (const [name, declaration] of Object.entries(config)) {
            assert.ok(declaration.default !== undefined && declaration.default !== null, name);
        }
    });

    it("leave the program's own defaults as they are", () => {
        const declared = Object.entries(config).map(([name, declaration]) => [
            name.slice("hearth:".length),
            declaration.default,
        ]);
        const { settings, problems } = checkTypes(Object.fromEntries(declared));
        assert.deepEqual(problems, []);
        assert.deepEqual(withDefaults(settings), withDefaults({}));
    });

    it("say which values and fields there are", () => {
        for (const name of SETTING_NAMES) {
            const { values = [], fields = {} } = settingSpec(name);
            for (const word of [...values, ...Object.keys(fields)]) {
                assert.ok(config[`hearth:${name}`]?.description.includes(word), `${name}: ${word}`);
            }
        }
    });
});
