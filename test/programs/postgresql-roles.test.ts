import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { postgresqlConfig } from "../../components/database/postgresql";
import { postgresInitSql } from "../../components/database/roles-sql";
import { verifierLines } from "../../components/secrets/derive";
import { PostgresServer } from "../helpers/postgres-server";
import { skip } from "../helpers/skip";

const ROLES = { superuser: "postgres", exporter: "hearth_exporter" };
/** A key word and a name that needs no quoting. */
const DATABASES = ["user", "app"];
const KEY = "ab".repeat(32);
const passwordsFor = (names: readonly string[], more: Readonly<Record<string, string>> = {}) => ({
    ...Object.fromEntries([...names, ...Object.values(ROLES)].map((name) => [name, `password-of-${name}`])),
    ...more,
});

describe("roles and databases on a real PostgreSQL", function () {
    this.timeout(60_000);
    let server: PostgresServer | undefined;
    const real = (): PostgresServer => server ?? assert.fail("no server");

    /** What the container of roles does for these databases and passwords. */
    async function configure(databases: readonly string[], passwords: Readonly<Record<string, string>>): Promise<void> {
        const verifiersFile = real().write("verifiers.tsv", verifierLines(KEY, passwords));
        real().write("roles.sql", postgresInitSql({ databases, exporter: ROLES.exporter, verifiersFile }));
        await real().roles("roles.sql");
    }

    /** Everything that a run could change, with the transaction that last wrote it. */
    function state(): string {
        return real().superuser(
            `SELECT 'role', xmin, a::text FROM pg_authid a UNION ALL SELECT 'database', xmin, (datname, datdba, datacl)::text
             FROM pg_database UNION ALL SELECT 'member', xmin, m::text FROM pg_auth_members m ORDER BY 1, 3`,
        );
    }

    before(async function () {
        const files = postgresqlConfig(DATABASES, ROLES);
        const user = process.getuid?.() === 0 ? "postgres" : process.env["USER"];
        // The container's user is called postgres; where ours is not, peer could not work.
        const hba = user === "postgres" ? files["pg_hba.conf"] : files["pg_hba.conf"]?.replace("peer", "trust");
        const made = PostgresServer.make({ ...files, "pg_hba.conf": hba ?? "" });
        if (typeof made === "string") skip(this, made);
        server = made;
        // What a kill in the middle of initdb leaves behind.
        real().own(`${real().data}.new`);
        mkdirSync(join(`${real().data}.new`, "base"));
        await real().start(["-c", "log_statement=all"]);
        await configure(DATABASES, passwordsFor(DATABASES));
    });
    after(async () => server?.remove());

    it("starts although an earlier start was killed half-way", () => {
        assert.equal(existsSync(`${real().data}.new`), false);
        assert.equal(real().superuser("SHOW data_checksums"), "on");
        assert.equal(real().superuser("SHOW server_encoding"), "UTF8");
    });

    it("changes nothing when run again", async () => {
        const before = state();
        await configure(DATABASES, passwordsFor(DATABASES));
        assert.equal(state(), before);
    });

    it("lets an owner create tables in schema public of its database", () => {
        for (const name of DATABASES) {
            const sql =
                "CREATE TABLE IF NOT EXISTS note (line text); INSERT INTO note VALUES ('x'); SELECT count(*) FROM note";
            assert.deepEqual(real().as(name, `password-of-${name}`, name, sql).error, "");
        }
    });

    it("keeps each role out of every database but its own", () => {
        for (const [role, database] of [
            ["app", "user"],
            ["user", "app"],
            ["app", "postgres"],
            ["app", "template1"],
            ["hearth_exporter", "app"],
        ] as const) {
            const answer = real().as(role, `password-of-${role}`, database, "SELECT 1");
            assert.equal(answer.ok, false, `${role} got into ${database}`);
            assert.match(answer.error, /permission denied for database|no pg_hba.conf entry|rejects connection/);
        }
    });

    it("gives owners no right beyond their database", () => {
        for (const sql of [
            "CREATE DATABASE more",
            "CREATE ROLE more",
            "SET ROLE postgres",
            "SELECT * FROM pg_authid",
        ]) {
            assert.equal(real().as("app", "password-of-app", "app", sql).ok, false, sql);
        }
    });

    it("refuses a wrong password", () => {
        assert.match(real().as("app", "wrong", "app", "SELECT 1").error, /password authentication failed/);
    });

    it("lets the exporter read statistics and nothing else", () => {
        const exporter = (sql: string) => real().as("hearth_exporter", "password-of-hearth_exporter", "postgres", sql);
        assert.ok(Number(exporter("SELECT count(*) FROM pg_stat_database").out) > 3);
        assert.ok(exporter("SELECT * FROM pg_ls_waldir()").ok);
        assert.ok(exporter("SELECT pg_database_size('app')").ok);
        assert.equal(exporter("SELECT * FROM pg_authid").ok, false);
        assert.equal(exporter("CREATE TABLE x ()").ok, false);
    });

    it("gives the superuser its password, for the pod's own loopback", () => {
        assert.equal(real().as("postgres", "password-of-postgres", "postgres", "SELECT 1").out, "1");
    });

    it("adds a database to a server with data, and keeps what is there", async () => {
        await configure([...DATABASES, "orders"], passwordsFor([...DATABASES, "orders"]));
        assert.ok(real().as("orders", "password-of-orders", "orders", "CREATE TABLE t ()").ok);
        assert.equal(real().as("orders", "password-of-orders", "app", "SELECT 1").ok, false);
        assert.equal(real().as("app", "password-of-app", "app", "SELECT count(*) FROM note").out, "1");
    });

    it("keeps a database that is configured no more", async () => {
        await configure(DATABASES, passwordsFor(DATABASES));
        assert.equal(real().superuser("SELECT count(*) FROM pg_database WHERE datname = 'orders'"), "1");
    });

    it("changes a password, and only that", async () => {
        await configure(DATABASES, passwordsFor(DATABASES, { app: "another-password" }));
        assert.equal(real().as("app", "password-of-app", "app", "SELECT 1").ok, false);
        assert.equal(real().as("app", "another-password", "app", "SELECT 1").out, "1");
        assert.ok(real().as("user", "password-of-user", "user", "SELECT 1").ok);
    });

    it("corrects what somebody changed by hand", async () => {
        real().superuser("ALTER ROLE app SUPERUSER CREATEDB");
        real().superuser("ALTER DATABASE app OWNER TO postgres");
        real().superuser("GRANT CONNECT ON DATABASE app TO PUBLIC");
        await configure(DATABASES, passwordsFor(DATABASES, { app: "another-password" }));
        assert.equal(real().as("app", "another-password", "app", "CREATE ROLE more").ok, false);
        assert.ok(real().as("app", "another-password", "app", "CREATE TABLE again ()").ok);
        assert.equal(real().as("user", "password-of-user", "app", "SELECT 1").ok, false);
    });

    it("fails without a change when a verifier is not one", async () => {
        const before = state();
        const verifiersFile = real().write("verifiers.tsv", "app\tplain-text-password\n");
        real().write("roles.sql", postgresInitSql({ databases: ["app"], exporter: "hearth_exporter", verifiersFile }));
        await assert.rejects(real().roles("roles.sql"), /violates check constraint/);
        assert.equal(state(), before);
        await configure(DATABASES, passwordsFor(DATABASES));
    });

    it("survives a restart with its data", async () => {
        await real().stop();
        await real().start([]);
        assert.equal(real().as("app", "password-of-app", "app", "SELECT count(*) FROM note").out, "1");
    });

    it("never logs a password or a verifier, even while every statement is logged", () => {
        const said = real().said();
        assert.match(said, /statement: /);
        assert.doesNotMatch(said, /password-of-|another-password/);
        assert.doesNotMatch(said, /SCRAM-SHA-256\$4096/);
    });
});
