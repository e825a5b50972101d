import assert from "node:assert/strict";
import { basename } from "node:path";
import { verifierLines } from "../../components/secrets/derive";
import { containerProgram, relocated } from "../helpers/container-program";
import { PostgresServer } from "../helpers/postgres-server";
import { stackOr } from "../helpers/programs";
import { skip } from "../helpers/skip";

const KEY = "ab".repeat(32);

describe("PostgreSQL of stack dev-fast, with the roles that its pod makes", function () {
    this.timeout(180_000);
    let server: PostgresServer | undefined;
    let databases: readonly string[];
    const running = (): PostgresServer => server ?? assert.fail("no server runs");
    const passwordOf = (role: string): string => `password-of-${role}`;

    before(async function () {
        const { objects, config } = await stackOr(this, "dev-fast");
        databases = config.databases;
        const program = containerProgram(objects, "postgresql");
        const made = PostgresServer.make({});
        if (typeof made === "string") skip(this, made);
        server = made;
        const { files, command } = relocated(program, { "/etc/hearth/verifiers": made.folder });
        for (const [path, text] of Object.entries(files)) {
            const own = process.getuid?.() === 0 ? text : text.replace(/\bpeer\b/, "trust");
            made.write(basename(path), own);
        }
        const passwords = [...databases, "postgres", "hearth_exporter"].map((role) => [role, passwordOf(role)]);
        made.write("verifiers.tsv", verifierLines(KEY, Object.fromEntries(passwords)));
        await made.start(command.slice(command.indexOf("-c")));
        await made.roles("roles.sql");
    });
    after(async () => server?.remove());

    it("lets each owner work in its database, and in no other", () => {
        assert.ok(databases.length > 0);
        for (const name of databases) {
            assert.equal(running().as(name, passwordOf(name), name, "CREATE TABLE note (line text)").error, "");
            assert.equal(running().as(name, passwordOf(name), "postgres", "SELECT 1").ok, false);
            assert.equal(running().as(name, "wrong", name, "SELECT 1").ok, false);
        }
    });

    it("lets the exporter read what it shows, and nothing else", () => {
        const exporter = (sql: string) =>
            running().as("hearth_exporter", passwordOf("hearth_exporter"), "postgres", sql);
        assert.ok(Number(exporter("SELECT count(*) FROM pg_stat_database").out) > 0);
        assert.equal(exporter("CREATE TABLE x ()").ok, false);
    });
});
