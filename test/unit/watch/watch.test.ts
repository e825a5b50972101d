import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Outcome } from "../../../tools/watch/delivery";
import { watchStack } from "../../../tools/watch/watch";
import { until } from "../../helpers/processes";

const FILE = "manifests/dev-fast/web/web.yaml";
const WELL: Outcome = { results: [], errors: [], well: true };

describe("watching a checkout", function () {
    this.timeout(20_000);
    let project: string;
    let stop: AbortController;
    /** What was on disk whenever something was applied, by whom. */
    let applied: string[];
    /** What make up does beside applying what is on disk. */
    let duringUp: () => void;
    let ended: Promise<void>;

    const save = (value: string): void =>
        writeFileSync(
            join(project, FILE),
            `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: web }\ndata: { value: ${value} }\n`,
        );
    const onDisk = (): string => /value: (\w+)/.exec(readFileSync(join(project, FILE), "utf8"))?.[1] ?? "nothing";
    const apply = (who: string): void => void applied.push(`${who}: ${onDisk()}`);
    const configure = (): void => writeFileSync(join(project, "Pulumi.dev-fast.yaml"), `config: {} # ${Date.now()}\n`);

    beforeEach(async () => {
        project = realpathSync(mkdtempSync(join(tmpdir(), "hearth-watch-")));
        mkdirSync(join(project, "manifests/dev-fast/web"), { recursive: true });
        save("first");
        configure();
        applied = [];
        duringUp = () => undefined;
        stop = new AbortController();
        ended = watchStack({
            ...{ project, stack: "dev-fast", root: "manifests/dev-fast", applicationNamespaces: ["apps"] },
            gitops: { path: "manifests/dev-fast/*", without: [] },
            delivery: {
                name: "nobody",
                apply: () => {
                    apply("delivery");
                    return Promise.resolve(WELL);
                },
                programChanged: () => undefined,
            },
            runProgram: () => {
                apply("make up");
                duringUp();
                return Promise.resolve(true);
            },
            report: () => undefined,
            stop: stop.signal,
            abort: new AbortController().signal,
        });
        await until(() => applied.length === 1);
    });
    afterEach(async () => {
        stop.abort();
        await ended;
        rmSync(project, { recursive: true });
    });

    it("applies what is saved while make up runs, which may have read the file before", async () => {
        duringUp = () => save("meanwhile");
        configure();
        await until(() => applied.length === 3);
        assert.deepEqual(applied, ["delivery: first", "make up: first", "delivery: meanwhile"]);
    });

    it("does not apply again what make up has", async () => {
        save("second");
        configure();
        await until(() => applied.length === 2);
        await new Promise((resolve) => setTimeout(resolve, 600));
        assert.deepEqual(applied, ["delivery: first", "make up: second"]);
    });
});
