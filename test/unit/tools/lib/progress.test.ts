import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { duration, endLine, Progress, stepLine } from "../../../../tools/lib/progress";

const STEP = { what: "pulumi 3.245.0", purpose: "deployment engine" };

class Recorder {
    public text = "";
    public constructor(
        public readonly isTTY: boolean,
        public readonly columns = 60,
    ) {}
    public write(text: string): void {
        this.text += text;
    }
    public get lines(): readonly string[] {
        return this.text.split("\n").filter((line) => line !== "");
    }
}

const done = (): Promise<{ value: number; outcome: string }> => Promise.resolve({ value: 7, outcome: "built" });

describe("the text of progress", () => {
    it("says which of how many, what it is for, how long, and what is happening", () => {
        assert.equal(
            stepLine(2, 6, STEP, 65, "812 packages compiled"),
            "[2/6] pulumi 3.245.0 (deployment engine): 1 min 5 s, 812 packages compiled",
        );
        assert.equal(stepLine(2, 6, STEP, 12), "[2/6] pulumi 3.245.0 (deployment engine): 12 s");
    });

    it("says at the end what came of it", () => {
        assert.equal(endLine(2, 6, STEP, 143, "built"), "[2/6] pulumi 3.245.0: built (2 min 23 s)");
    });

    it("gives times as a person says them", () => {
        assert.deepEqual([0, 1.26, 9.94, 10, 59.4, 59.6, 60, 3661].map(duration), [
            "0.0 s",
            "1.3 s",
            "9.9 s",
            "10 s",
            "59 s",
            "1 min 0 s",
            "1 min 0 s",
            "61 min 1 s",
        ]);
    });
});

describe("progress without a terminal", () => {
    it("is a line at the beginning and one at the end", async () => {
        const stream = new Recorder(false);
        assert.equal(await new Progress({ total: 1, stream }).step(STEP, done), 7);
        assert.deepEqual(stream.lines, [
            "[1/1] pulumi 3.245.0 (deployment engine)",
            "[1/1] pulumi 3.245.0: built (0.0 s)",
        ]);
    });

    it("has a sign of life now and then, with the newest note", async () => {
        const stream = new Recorder(false);
        const progress = new Progress({ total: 3, stream, every: 20 });
        await progress.step(STEP, async (note) => {
            note("downloading sources");
            await sleep(50);
            return { value: undefined, outcome: "built" };
        });
        assert.ok(stream.lines.includes("[1/3] pulumi 3.245.0 (deployment engine): 0.0 s, downloading sources"));
        assert.doesNotMatch(stream.text, /\r/);
    });

    it("counts steps and tells of a failure before it goes on to whoever handles it", async () => {
        const stream = new Recorder(false);
        const progress = new Progress({ total: 2, stream });
        await assert.rejects(
            progress.step(STEP, () => Promise.reject(new Error("no"))),
            /^Error: no$/,
        );
        await progress.step(STEP, done);
        assert.deepEqual(
            stream.lines.filter((line) => line.includes("):") || line.includes("s)")),
            ["[1/2] pulumi 3.245.0: failed (0.0 s)", "[2/2] pulumi 3.245.0: built (0.0 s)"],
        );
    });
});

describe("progress on a terminal", () => {
    it("writes one line again and again, never wider than the terminal, and leaves the last", async () => {
        const stream = new Recorder(true, 40);
        await new Progress({ total: 1, stream }).step(STEP, async () => {
            await sleep(550);
            return { value: undefined, outcome: "built" };
        });
        const shown = stream.text.split("\r\u001b[K").filter((line) => line !== "");
        assert.ok(shown.length >= 2);
        for (const line of shown.slice(0, -1)) assert.ok(line.length < 40 && !line.includes("\n"), line);
        assert.match(shown.at(-1) ?? "", /^\[1\/1\] pulumi 3\.245\.0: built \(0\.\d s\)\n$/);
    });
});
