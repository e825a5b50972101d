import assert from "node:assert/strict";
import { namespaceName } from "../../components/config/namespaces";
import { secretData } from "../helpers/kind-garage";
import { TestPods, variable } from "../helpers/kind-pods";
import { kindStack } from "../helpers/kind-stack";
import { Telemetry } from "../helpers/kind-telemetry";
import { eventually, minutes } from "../helpers/kind-wait";

const HOST = `postgresql.${namespaceName("database")}.svc`;

describe("the database of a stack", function () {
    this.timeout(minutes(10));
    const stack = kindStack();
    const pods = new TestPods(stack, "kind-test-database");
    const login = [
        { name: "PGHOST", value: HOST },
        { name: "PGDATABASE", value: "app" },
        { name: "PGUSER", value: "app" },
        { name: "PGCONNECT_TIMEOUT", value: "10" },
        variable("PGPASSWORD", "kind-test-database-login", "password"),
    ];

    before(async function () {
        await stack.ready(this, "postgresql");
        const { app: password = "" } = await secretData(stack, "postgresql-roles");
        const { password: superuser = "" } = await secretData(stack, "postgresql-superuser");
        assert.match(password, /^[A-Za-z0-9]{32}$/);
        await pods.secret("login", { password, superuser });
    });
    after(async () => {
        await pods.remove();
    });

    it("lets its owner in from another namespace, with the generated password", async () => {
        const sql = "select current_user, pg_get_userbyid(datdba) from pg_database where datname = current_database()";
        const { exitCode, log } = await pods.run("owner", `psql -At -c "${sql}"`, login);
        assert.equal(exitCode, 0, log);
        assert.equal(log.trim(), "app|app");
    });

    it("lets its owner make and fill tables", async () => {
        const sql = "create table t (n int); insert into t values (1), (2); select sum(n) from t; drop table t";
        const { exitCode, log } = await pods.run("tables", `psql -qAt -v ON_ERROR_STOP=1 -c "${sql}"`, login);
        assert.equal(exitCode, 0, log);
        assert.equal(log.trim(), "3");
    });

    it("refuses a wrong password", async () => {
        const { exitCode, log } = await pods.run("wrong", "PGPASSWORD=wrong psql -c 'select 1'", login);
        assert.equal(exitCode, 2);
        assert.match(log, /password authentication failed for user "app"/);
    });

    it("refuses its superuser over the network, even with the right password", async () => {
        const env = [...login, variable("SUPERUSER", "kind-test-database-login", "superuser")];
        const script = 'PGPASSWORD="$SUPERUSER" psql -U postgres -d postgres -c "select 1"';
        const { exitCode, log } = await pods.run("superuser", script, env);
        assert.equal(exitCode, 2);
        assert.match(log, /pg_hba\.conf rejects connection/);
    });

    it("shows its metrics", async function () {
        stack.needs(this, "prometheus");
        const telemetry = new Telemetry(stack);
        const [up] = await eventually("the exporter's word", async () => {
            const found = await telemetry.query("pg_up");
            return found.length > 0 ? found : undefined;
        });
        assert.equal(up?.value, 1);
        const sizes = await telemetry.query('pg_database_size_bytes{datname="app"}');
        assert.equal(sizes.length, 1);
        assert.ok((sizes[0]?.value ?? 0) > 1_000_000);
    });
});
