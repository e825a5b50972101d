import assert from "node:assert/strict";
import { pgHba } from "../../../components/database/hba";
import { postgresInitSql, quoteIdentifier, quoteLiteral } from "../../../components/database/roles-sql";

const ROLES = { superuser: "postgres", exporter: "hearth_exporter" };
/** A key word and a name that needs no quoting. */
const DATABASES = ["user", "app"];

describe("postgresInitSql", () => {
    it("refuses what is not a plain name", () => {
        for (const name of ['a"b', "a b", "A", "a;b", "", "x".repeat(64), "1a"]) {
            assert.throws(() => postgresInitSql({ databases: [name], exporter: "x" }), /is not a name/);
        }
    });

    it("holds no password and reads verifiers from a file", () => {
        const sql = postgresInitSql({ databases: DATABASES, exporter: ROLES.exporter });
        assert.match(sql, /^\\copy hearth_role FROM '\/etc\/hearth\/verifiers\/verifiers\.tsv'$/m);
        assert.doesNotMatch(sql, /PASSWORD '/);
        assert.doesNotMatch(sql, /\bDROP\b/i);
    });

    it("works without any database", () => {
        assert.doesNotMatch(postgresInitSql({ databases: [], exporter: "x" }), /INSERT INTO|\\connect/);
    });
});

describe("quoting", () => {
    it("doubles quotes and refuses backslashes", () => {
        assert.equal(quoteIdentifier('a"b'), '"a""b"');
        assert.equal(quoteLiteral("a'b"), "'a''b'");
        assert.throws(() => quoteLiteral("a\\b"));
    });
});

describe("pgHba", () => {
    it("keeps superuser and exporter inside the pod and asks everybody else for a password", () => {
        assert.equal(
            pgHba(ROLES),
            [
                "local all postgres peer",
                "host all postgres 127.0.0.1/32 scram-sha-256",
                "host all postgres ::1/128 scram-sha-256",
                "host all postgres all reject",
                "host postgres hearth_exporter 127.0.0.1/32 scram-sha-256",
                "host postgres hearth_exporter ::1/128 scram-sha-256",
                "host all hearth_exporter all reject",
                "host all all all scram-sha-256",
                "",
            ].join("\n"),
        );
    });
});
