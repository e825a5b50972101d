import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const SCRIPT = join(__dirname, "..", "..", "..", "components", "cluster", "scripts", "kwok-delete.sh");

describe("the lock of a cluster's scripts", function () {
    this.timeout(20_000);
    let root = "";
    beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), "hearth-script-lock-")))));
    afterEach(() => rmSync(root, { recursive: true }));

    const folder = (): string => join(root, "clusters", "mine");
    const heldBy = (pid: number | undefined): void => {
        mkdirSync(join(folder(), "lock"), { recursive: true });
        writeFileSync(join(folder(), "lock", "pid"), `${pid}\n`);
    };
    const remove = () =>
        spawnSync("bash", [SCRIPT], {
            env: { PATH: process.env["PATH"], HEARTH_STATE_DIR: root, CLUSTER_NAME: "mine", SHLVL: "1" },
            encoding: "utf8",
            timeout: 10_000,
        });

    it("makes others wait for as long as a script holds it", () => {
        mkdirSync(join(root, "cluster", "scripts"), { recursive: true });
        const script = join(root, "cluster", "scripts", "kwok-create.sh");
        writeFileSync(script, `sleep 1\nrm -r "${folder()}/lock"\n`);
        const { pid } = spawn("bash", [script]);
        heldBy(pid);
        const { status, stderr } = remove();
        assert.equal(status, 0, stderr);
        assert.match(stderr, new RegExp(`waiting for process ${pid}, which works on cluster mine`));
        assert.equal(existsSync(folder()), false);
    });

    it("is taken from a holder that was killed before it left its id", () => {
        mkdirSync(join(folder(), "lock"), { recursive: true });
        assert.equal(remove().status, 0);
        assert.equal(existsSync(folder()), false);
    });

    it("holds nobody up once its holder was killed, even while that waits to be buried, or its id is another's", () => {
        const dead = spawnSync("true").pid;
        // Not waited for before the event loop runs again, which it does not while spawnSync is at work.
        const zombie = spawn("true").pid;
        for (const pid of [dead, zombie, process.pid]) {
            heldBy(pid);
            const { status, stderr } = remove();
            assert.equal(status, 0, stderr);
            assert.doesNotMatch(stderr, /waiting/);
            assert.equal(existsSync(folder()), false);
        }
    });
});
