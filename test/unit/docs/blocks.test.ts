import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../components/config/problems";
import { blockNames, fillBlocks } from "../../../tools/docs/blocks";

const PAGE = "# A\n\n<!-- generated: ports -->\nold\n\nolder\n<!-- end -->\n\nmine\n";
const FILE = "name: a\n# generated: config\nold: 1\n# end\nlast: 2\n";

function problems(file: string, text: string): readonly string[] {
    try {
        fillBlocks(file, text, { ports: "" });
    } catch (error) {
        assert.ok(error instanceof UserError);
        return error.problems.map(({ where, what }) => `${where} ${what}`);
    }
    return [];
}

describe("generated blocks", () => {
    it("are replaced, and nothing around them", () => {
        assert.equal(
            fillBlocks("a.md", PAGE, { ports: "| new |\n" }),
            "# A\n\n<!-- generated: ports -->\n\n| new |\n\n<!-- end -->\n\nmine\n",
        );
        assert.equal(
            fillBlocks("a.yaml", FILE, { config: "new: 3\n" }),
            "name: a\n# generated: config\nnew: 3\n# end\nlast: 2\n",
        );
    });

    it("stay as they are when they are filled again, whatever the text around them", () => {
        fc.assert(
            fc.property(
                fc.array(fc.stringMatching(/^[a-z#<| -]*$/)),
                fc.stringMatching(/^[a-z| ]+$/),
                (around, block) => {
                    const text = [...around, "<!-- generated: ports -->", "<!-- end -->", ...around].join("\n");
                    const once = fillBlocks("a.md", text, { ports: block });
                    assert.equal(fillBlocks("a.md", once, { ports: block }), once);
                    assert.ok(once.startsWith(around.join("\n")) && once.endsWith(around.join("\n")));
                },
            ),
        );
    });

    it("leave a file without marks alone", () => {
        assert.equal(fillBlocks("a.md", "# generated: config\n# end\n", {}), "# generated: config\n# end\n");
    });

    it("have names", () => {
        assert.deepEqual(blockNames("a.md", PAGE), ["ports"]);
        assert.deepEqual(blockNames("a.yaml", FILE), ["config"]);
        assert.deepEqual(blockNames("a.yaml", PAGE), []);
    });

    it("are refused with their place when nothing generates them or they do not end", () => {
        assert.deepEqual(problems("a.md", "<!-- generated: prots -->\n<!-- end -->"), [
            'a.md:1 nothing generates a block "prots"',
        ]);
        assert.deepEqual(problems("a.md", "\n<!-- generated: ports -->\nrest"), ['a.md:2 block "ports" has no end']);
        const open = "<!-- generated: ports -->\n<!-- generated: ports -->\n<!-- end -->";
        assert.deepEqual(problems("a.md", open), ['a.md:1 block "ports" has no end']);
    });
});
