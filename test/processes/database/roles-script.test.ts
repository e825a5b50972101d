import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hasEnded } from "../../helpers/processes";
import { scratchFolder } from "../../helpers/scratch";

const SCRIPT = join(__dirname, "..", "..", "..", "components", "database", "scripts", "roles.sh");

/** bash runs this before the script, which gets SIGTERM before its command number KILL_AT, at the latest before it waits. */
const KILLER = `
count=0
trap 'if ((++count == KILL_AT)) || [[ $BASH_COMMAND == wait* ]]; then
    echo "$BASH_COMMAND" > "$KILLED"; trap - DEBUG; kill -TERM $$
fi' DEBUG
`;

describe("the script that configures roles and then waits", function () {
    this.timeout(30_000);
    const scratch = scratchFolder();
    const path = (name: string): string => join(scratch(), name);

    before(() => {
        // In the place of PostgreSQL's own: a server that answers, and takes any statement.
        for (const name of ["pg_isready", "psql"]) {
            writeFileSync(path(name), "#!/bin/sh\n");
            chmodSync(path(name), 0o755);
        }
        writeFileSync(path("killer.sh"), KILLER);
    });

    /** Runs the script and ends it before its command number `at`. @returns that command */
    async function killedAt(at: number): Promise<string> {
        const child = spawn("bash", [SCRIPT, path("roles.sql"), path("done")], {
            env: {
                PATH: `${scratch()}:${process.env["PATH"] ?? ""}`,
                BASH_ENV: path("killer.sh"),
                KILL_AT: String(at),
                KILLED: path("killed"),
            },
            stdio: ["ignore", "ignore", "pipe"],
        });
        child.stderr.resume();
        // Not its exit: what it started has its standard error, too, which is closed once nothing has it any more.
        const closed = await once(child, "close", { signal: AbortSignal.timeout(5000) }).then(
            () => true,
            () => false,
        );
        child.stderr.destroy();
        const command = readFileSync(path("killed"), "utf8").trim();
        assert.ok(hasEnded(child), `it goes on after SIGTERM before: ${command}`);
        assert.ok(closed, `it leaves a process behind after SIGTERM before: ${command}`);
        return command;
    }

    it("ends at once when it is told to, wherever it is, and leaves nothing behind", async () => {
        const commands: string[] = [];
        while (!(commands.at(-1) ?? "").startsWith("wait")) commands.push(await killedAt(commands.length + 1));
        assert.ok(
            commands.some((command) => command.startsWith("sleep infinity")),
            commands.join("\n"),
        );
    });
});
