import assert from "node:assert/strict";
import { basename } from "node:path";
import { containerProgram } from "../helpers/container-program";
import { PostgresServer } from "../helpers/postgres-server";
import { stackOr } from "../helpers/programs";
import { skip } from "../helpers/skip";

/** Settings that say where it is, which the tests' server has its own of. */
const PLACES = ["listen_addresses", "unix_socket_directories", "hba_file"];

describe("PostgreSQL's files and settings, by PostgreSQL itself", function () {
    this.timeout(180_000);
    let server: PostgresServer | undefined;
    let settings: readonly (readonly [name: string, value: string])[];

    before(async function () {
        const { objects } = await stackOr(this, "dev-fast");
        const { command, files } = containerProgram(objects, "postgresql");
        const byName = Object.entries(files).map(([path, text]) => [basename(path), text] as const);
        // The container's user is called postgres; where ours is not, peer could not work.
        const own = process.getuid?.() === 0 ? [] : [[/\bpeer\b/, "trust"] as const];
        const made = PostgresServer.make(
            Object.fromEntries(byName.map(([name, text]) => [name, own.reduce((t, [a, b]) => t.replace(a, b), text)])),
        );
        if (typeof made === "string") skip(this, made);
        server = made;
        const args = command.slice(command.indexOf("-c"));
        settings = args.filter((arg) => arg !== "-c").map((arg) => [arg.split("=")[0] ?? "", arg.split("=")[1] ?? ""]);
        await server.start(args);
    });
    after(async () => server?.remove());

    it("start a server, which has every setting of the container", () => {
        assert.ok(settings.length > PLACES.length);
        for (const [name, value] of settings) {
            const shown = server?.superuser(`SHOW ${name}`);
            if (!PLACES.includes(name)) assert.equal(shown, value, name);
        }
    });

    it("let in whom pg_hba.conf says, without a rule that is wrong", () => {
        const rules = server?.superuser("SELECT count(*), count(error) FROM pg_hba_file_rules") ?? "";
        const [count, errors] = rules.split("|");
        assert.ok(Number(count) > 5);
        assert.equal(errors, "0");
    });
});
