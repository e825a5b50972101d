import assert from "node:assert/strict";
import fc from "fast-check";
import { UserError } from "../../../components/config/problems";
import { parseSecretValues, secretValuePaths } from "../../../components/secrets/values";

const KEY = { id: `GK${"a1".repeat(12)}`, secret: "b2".repeat(32) };
const FULL = {
    grafana: { adminUser: "root", adminPassword: "admin" },
    garage: {
        rpcSecret: "c3".repeat(32),
        adminToken: "admin-token-0123456789",
        metricsToken: "metrics-token-0123456789",
        keys: { loki: KEY, tempo: { ...KEY, id: `GK${"d4".repeat(12)}` } },
    },
    postgresql: {
        superuserPassword: "super-password",
        exporterPassword: "exporter-password",
        ownerPasswords: { app: "owner-password" },
    },
    argocd: { adminPassword: "argocd-password" },
};

function problemsOf(raw: unknown, databases: readonly string[] = ["app"]): readonly string[] {
    try {
        parseSecretValues(raw, databases);
    } catch (error) {
        if (error instanceof UserError) return error.problems.map(({ where, what }) => `${where}: ${what}`);
        throw error;
    }
    return [];
}

describe("parseSecretValues", () => {
    it("takes a file that chooses nothing", () => {
        for (const nothing of [undefined, null, {}, { grafana: null, garage: { keys: null } }]) {
            const values = parseSecretValues(nothing, ["app"]);
            assert.equal(values.grafana.adminPassword, undefined);
            assert.deepEqual(values.postgresql.ownerPasswords, {});
        }
    });

    it("takes a file that chooses everything", () => {
        assert.deepEqual(parseSecretValues(FULL, ["app"]), FULL);
    });

    it("reports every problem at once, each with its place", () => {
        const raw = {
            grafna: {},
            grafana: { adminUser: "a b", password: "x" },
            garage: { rpcSecret: "short", keys: { loki: { id: KEY.id }, mimir: KEY } },
            postgresql: { superuserPassword: 12345678, ownerPasswords: { other: "owner-password" } },
        };
        assert.deepEqual(problemsOf(raw), [
            "values.grafna: is not known",
            "values.grafana.password: is not known",
            "values.garage.keys.mimir: is not known",
            "values.postgresql.ownerPasswords.other: is not known",
            "values.grafana.adminUser: must be a user name (letters, digits, . _ @ -, at most 64)",
            "values.garage.rpcSecret: must be 64 lower-case hex digits",
            "values.garage.keys.loki: needs both id and secret",
            "values.postgresql.superuserPassword: must be text: 8 to 128 printable ASCII characters without spaces",
        ]);
    });

    it("names what is known, and the nearest to a misspelt key", () => {
        assert.throws(
            () => parseSecretValues({ grafana: { adminPasword: "x" } }, []),
            /did you mean adminPassword\? known: adminUser, adminPassword/,
        );
    });

    it("refuses one key for two consumers", () => {
        assert.deepEqual(problemsOf({ garage: { keys: { loki: KEY, tempo: KEY } } }), [
            "values.garage.keys.tempo.id: is also the id of values.garage.keys.loki",
        ]);
    });

    it("refuses a password for Argo CD of which bcrypt would not look at the end", () => {
        const problems = (length: number): readonly string[] =>
            problemsOf({ argocd: { adminPassword: "x".repeat(length) } });
        assert.deepEqual(problems(72), []);
        for (const length of [7, 73]) {
            assert.deepEqual(problems(length), [
                "values.argocd.adminPassword: must be 8 to 72 printable ASCII characters without spaces",
            ]);
        }
    });

    it("refuses lists and texts where a map belongs", () => {
        assert.deepEqual(problemsOf([]), ["values: must be a map"]);
        assert.deepEqual(problemsOf({ garage: { keys: "loki" } }), ["values.garage.keys: must be a map"]);
    });

    it("never quotes a value", () => {
        const secret = fc.string({ minLength: 4, maxLength: 40 }).map((text) => `hunter2${text}`);
        const value = fc.oneof(secret, fc.array(secret), fc.dictionary(fc.constantFrom("id", "secret"), secret));
        fc.assert(
            fc.property(fc.constantFrom(...secretValuePaths(["app"])), value, (path, chosen) => {
                const [last = "", ...rest] = path.split(".").reverse();
                const raw = rest.reduce<unknown>((inner, key) => ({ [key]: inner }), { [last]: chosen });
                try {
                    parseSecretValues(raw, ["app"]);
                } catch (error) {
                    assert.ok(error instanceof UserError);
                    assert.doesNotMatch(error.message, /hunter2/);
                }
            }),
        );
    });
});

describe("secretValuePaths", () => {
    it("lists exactly the places that the parser knows", () => {
        const lookup = (path: string): unknown =>
            path.split(".").reduce<unknown>((map, key) => (map as Record<string, unknown> | undefined)?.[key], FULL);
        assert.deepEqual(
            secretValuePaths(["app"]).filter((path) => lookup(path) === undefined),
            [],
        );
        const leaves = (value: unknown): number =>
            value !== null && typeof value === "object"
                ? Object.values(value).reduce<number>((sum, inner) => sum + leaves(inner), 0)
                : 1;
        assert.equal(secretValuePaths(["app"]).length, leaves(FULL));
    });
});
