import assert from "node:assert/strict";
import { DEMO_DATABASE } from "../../components/config/demo";
import { postgresqlConfig } from "../../components/database/postgresql";
import { postgresInitSql } from "../../components/database/roles-sql";
import { verifierLines } from "../../components/secrets/derive";
import { EXPORTER_ROLE, SUPERUSER } from "../../components/secrets/secret-table";
import { DEMO_IMAGE } from "../../tools/own-images/specs";
import { PostgresServer } from "../helpers/postgres-server";
import { goTest, optionalProgram } from "../helpers/programs";
import { skip } from "../helpers/skip";

const PASSWORD = "password-of-the-demo";
const ROLES = { superuser: SUPERUSER, exporter: EXPORTER_ROLE };
/** Go's cache has everything after the first time; that takes minutes. */
const MINUTES = 10;

/** What `go test` says of a test that passed. */
const PASSED = /^--- PASS: (\w+)/gm;

describe("the demo, by its own tests", function () {
    this.timeout(MINUTES * 60_000);
    let server: PostgresServer | undefined;

    before(function () {
        if (optionalProgram("go") === undefined) skip(this, "there is no go on PATH");
    });
    after(async () => server?.remove());

    it("hands tokens and traces on, shows exemplars, and needs no database to live", () => {
        const { status, said } = goTest(DEMO_IMAGE.sources, MINUTES);
        assert.equal(status, 0, said);
        const passed = [...said.matchAll(PASSED)].map(([, name]) => name);
        for (const name of [
            "TestTheCallersTokenAndTraceGoOnToTheBackend",
            "TestPrometheusGetsExemplarsThatLeadToTraces",
            "TestLivenessNeedsNoDatabase",
        ]) {
            assert.ok(passed.includes(name), said);
        }
    });

    it("keeps its orders in the database that the program makes for it, as its owner", async function () {
        const databases = [DEMO_DATABASE];
        const files = postgresqlConfig(databases, ROLES);
        const root = process.getuid?.() === 0;
        const hba = root ? files["pg_hba.conf"] : files["pg_hba.conf"]?.replace("peer", "trust");
        const made = PostgresServer.make({ ...files, "pg_hba.conf": hba ?? "" });
        if (typeof made === "string") skip(this, made);
        server = made;
        await made.start([]);
        const passwords = { [DEMO_DATABASE]: PASSWORD, [SUPERUSER]: "superuser", [EXPORTER_ROLE]: "exporter" };
        const verifiersFile = made.write("verifiers.tsv", verifierLines("ab".repeat(32), passwords));
        made.write("roles.sql", postgresInitSql({ databases, exporter: EXPORTER_ROLE, verifiersFile }));
        await made.roles("roles.sql");
        const { status, said } = goTest(DEMO_IMAGE.sources, MINUTES, {
            HEARTH_TEST_DEMO_DATABASE: `postgres://${made.address()}/${DEMO_DATABASE}?sslmode=disable`,
            HEARTH_TEST_DEMO_DATABASE_PASSWORD: PASSWORD,
            PGUSER: DEMO_DATABASE,
        });
        assert.equal(status, 0, said);
        assert.match(said, /^--- PASS: TestOrdersAreInTheDatabase/m);
        const owner = "SELECT tableowner FROM pg_tables WHERE tablename = 'orders'";
        assert.equal(made.as(DEMO_DATABASE, PASSWORD, DEMO_DATABASE, owner).out, DEMO_DATABASE);
    });
});
