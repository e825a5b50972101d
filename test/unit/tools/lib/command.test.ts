import assert from "node:assert/strict";
import { parseArguments, runnable, UsageError } from "../../../../tools/lib/command";

const SPEC = { options: { json: "flag", mirror: "value" } } as const;

function problems(argv: readonly string[], spec: Parameters<typeof parseArguments>[1] = SPEC): readonly string[] {
    try {
        parseArguments("charts", spec, argv);
    } catch (error) {
        assert.ok(error instanceof UsageError);
        assert.equal(error.exitStatus, 2);
        return error.problems.map(({ where, what, fix }) => `${where} ${what}; ${fix}`);
    }
    return [];
}

const KNOWN = "leave it out; there are --stack <value>, --json, --mirror <value>, --help";

describe("a command's arguments", () => {
    it("are the default stack and nothing else when there are none", () => {
        assert.deepEqual(parseArguments("charts", SPEC, []), {
            stack: "dev-fast",
            flags: new Set(),
            values: new Map(),
            positionals: [],
            rest: [],
        });
    });

    it("may be flags, and values in both spellings", () => {
        const { stack, flags, values } = parseArguments("charts", SPEC, ["--json", "--stack", "full", "--mirror=a=b"]);
        assert.equal(stack, "full");
        assert.deepEqual([...flags], ["json"]);
        assert.equal(values.get("mirror"), "a=b");
    });

    it("keep others for commands that take any", () => {
        const { positionals } = parseArguments("help", { positionals: true }, ["up", "--", "--x"]);
        assert.deepEqual(positionals, ["up", "--x"]);
    });

    it("hand on what follows two dashes where another program wants it, and only there", () => {
        const argv = ["--json", "--", "--refresh", "--", "x"];
        const { flags, rest } = parseArguments("up", { ...SPEC, passThrough: true }, argv);
        assert.deepEqual([...flags], ["json"]);
        assert.deepEqual(rest, ["--refresh", "--", "x"]);
        assert.deepEqual(problems(["--", "--refresh"]), [`--refresh is not an option; ${KNOWN}`]);
    });

    it("are all complained about at once, with what there is instead", () => {
        assert.deepEqual(problems(["--jsn", "extra", "-v"]), [
            `--jsn is not an option; ${KNOWN}`,
            `extra is not an option; ${KNOWN}`,
            `-v is not an option; ${KNOWN}`,
        ]);
    });

    it("need a value where one belongs, and none where none does", () => {
        assert.deepEqual(problems(["--mirror"]), ["--mirror has no value; write --mirror <value>"]);
        assert.deepEqual(problems(["--stack", "--json"]), ["--stack has no value; write --stack <value>"]);
        assert.deepEqual(problems(["--mirror="]), ["--mirror has no value; write --mirror <value>"]);
        assert.deepEqual(problems(["--json=yes"]), ["--json takes no value; write --json"]);
    });

    it("may begin with a dash when they are given with an equals sign", () => {
        assert.equal(parseArguments("charts", SPEC, ["--mirror=-x"]).values.get("mirror"), "-x");
    });
});

describe("a module of the commands", () => {
    it("declares its options: they are checked before it runs", async () => {
        const seen: string[] = [];
        const command = {
            summary: "s",
            usage: "u",
            ...SPEC,
            run: (args: { stack: string }) => {
                seen.push(args.stack);
                return Promise.resolve(4);
            },
        };
        const made = runnable("charts", { command });
        assert.equal(made.usage, "u");
        assert.equal(await made.run(["--stack=full"]), 4);
        await assert.rejects(made.run(["--x"]), UsageError);
        assert.deepEqual(seen, ["full"]);
    });

    it("is a mistake of ours when it has no command, or half of one", () => {
        for (const module of [{}, { command: undefined }, { command: { summary: "s", usage: "u" } }]) {
            assert.throws(() => runnable("odd", module), /tools\/commands\/odd\.ts exports no command/);
        }
    });
});
