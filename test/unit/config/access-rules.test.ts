import assert from "node:assert/strict";
import fc from "fast-check";
import { haveCommonPath } from "../../../components/config/rules/paths";
import { judged, onlyProblem, said } from "../../helpers/setting-problems";

describe("the rules of users and roles", () => {
    it("accept ServiceAccounts' names and roles of them", () => {
        assert.deepEqual(
            judged({ users: ["alice", "bob.b-1"], roles: { admin: ["alice"], "shop:Reader": ["bob.b-1"] } }),
            [],
        );
        assert.deepEqual(judged({ users: [], roles: {} }), []);
    });

    it("refuse users that are no ServiceAccounts, are listed twice, or are made by Kubernetes", () => {
        for (const user of ["", "Alice", "a_b", "a@b.example", ".a", "a..b", "a".repeat(254)]) {
            assert.match(onlyProblem({ users: [user] }).what, /is not a ServiceAccount's name/, user);
        }
        assert.deepEqual(said({ users: ["a", "a", "a"] }), ['hearth:users "a" is listed more than once']);
        assert.match(onlyProblem({ users: ["default"] }).what, /Kubernetes makes in every namespace/);
    });

    it("refuse a role without users", () => {
        const { where, what } = onlyProblem({ roles: { admin: [] } });
        assert.equal(where, "hearth:roles.admin");
        assert.match(what, /a role without users/);
    });

    it("refuse a role's user that is none, naming the nearest", () => {
        const { what, fix } = onlyProblem({ users: ["alice"], roles: { admin: ["alcie", "alice"] } });
        assert.match(what, /"alcie" is not one of hearth:users/);
        assert.match(fix, /did you mean alice\?/);
        assert.match(onlyProblem({ users: [], roles: { admin: ["alice"] } }).fix, /^add it to hearth:users$/);
        assert.match(onlyProblem({ roles: { admin: ["alice", "alice"] } }).what, /more than once/);
    });

    it("refuse roles' names that policies would read as something else", () => {
        for (const role of ["", "a b", "a,b", "ad*", '"a"', "-a", "a-", "a".repeat(64)]) {
            assert.match(onlyProblem({ roles: { [role]: ["alice"] } }).what, /is not a role's name/, role);
        }
    });
});

describe("the rules of paths", () => {
    const admin = { roles: { admin: ["alice"] } };

    it("accept a path for a role that is there, and public paths with one * at an end", () => {
        assert.deepEqual(judged({ ...admin, rolePaths: { "/admin": "admin", "/admin/*": "admin" } }), []);
        assert.deepEqual(judged({ publicPaths: ["/", "/healthz", "/static/*", "*.css", "*"] }), []);
        assert.deepEqual(judged({ publicPaths: [] }), []);
    });

    it("refuse public paths that the mesh cannot match", () => {
        for (const path of ["", "healthz", "/a*b", "*a*", "/a/**", "/a?b=1", "/a#b", "/{*}/a", "/a b"]) {
            const { where, what } = onlyProblem({ publicPaths: [path] });
            assert.equal(where, "hearth:publicPaths");
            assert.match(what, /is not a path that the mesh can match/, path);
        }
        assert.match(onlyProblem({ publicPaths: ["/a", "/a"] }).what, /more than once/);
    });

    it("refuse a role's path that does not begin with /, also with a *", () => {
        for (const path of ["admin", "*/admin", "/ad*min", "/admin/**"]) {
            assert.equal(onlyProblem({ ...admin, rolePaths: { [path]: "admin" } }).where, `hearth:rolePaths.${path}`);
        }
    });

    it("refuse a path for a role that nobody defined, where the cluster is the issuer", () => {
        const { what, fix } = onlyProblem({ ...admin, rolePaths: { "/admin/*": "admn" } });
        assert.match(what, /needs role "admn", which hearth:roles does not have/);
        assert.match(fix, /did you mean admin\?/);
        assert.match(onlyProblem({ rolePaths: { "/admin/*": "admin" } }).fix, /add it there with its users/);
        // A name that every object of JavaScript has is no role either.
        assert.match(onlyProblem({ rolePaths: { "/admin/*": "toString" } }).what, /which hearth:roles does not have/);
    });

    it("leave the roles of another issuer to its tokens, but not their names", () => {
        const oidc = { issuer: "https://issuer.example", jwksUrl: "https://issuer.example/keys" };
        assert.deepEqual(judged({ oidc, rolePaths: { "/admin/*": "anything" } }), []);
        assert.match(onlyProblem({ oidc, rolePaths: { "/admin/*": "any*" } }).what, /is not a role's name/);
    });

    it("refuse a path that is public and needs a role", () => {
        for (const [open, path] of [
            ["/admin", "/admin"],
            ["/admin/login", "/admin/*"],
            ["/*", "/admin/*"],
            ["/admin/*", "/admin/users"],
            ["*.css", "/admin/*"],
            ["*", "/admin"],
        ] as const) {
            const { where, what } = onlyProblem({ ...admin, publicPaths: [open], rolePaths: { [path]: "admin" } });
            assert.equal(where, `hearth:rolePaths.${path}`);
            assert.ok(what.includes(`"${open}"`), what);
        }
        assert.deepEqual(judged({ ...admin, publicPaths: ["/admin"], rolePaths: { "/admin/*": "admin" } }), []);
        assert.deepEqual(judged({ ...admin, publicPaths: ["*.css"], rolePaths: { "/admin": "admin" } }), []);
    });

    it("know of two patterns whether a path fits both, as trying all short paths does", () => {
        const letters = ["/", "a", "b"];
        const grow = (paths: readonly string[]): readonly string[] =>
            paths.flatMap((path) => letters.map((letter) => path + letter));
        const paths: string[] = [""];
        for (let level = [""] as readonly string[]; paths.length < 1000;) {
            level = grow(level);
            paths.push(...level);
        }
        const matches = (pattern: string, path: string): boolean => {
            if (pattern.endsWith("*")) return path.startsWith(pattern.slice(0, -1));
            return pattern.startsWith("*") ? path.endsWith(pattern.slice(1)) : path === pattern;
        };
        const text = fc.array(fc.constantFrom(...letters), { maxLength: 3 }).map((all) => all.join(""));
        const pattern = fc.oneof(
            text,
            text.map((t) => `${t}*`),
            text.map((t) => `*${t}`),
        );
        fc.assert(
            fc.property(pattern, pattern, (one, other) => {
                const common = paths.some((path) => matches(one, path) && matches(other, path));
                assert.equal(haveCommonPath(one, other), common, `${one} ${other}`);
            }),
        );
    });
});

describe("the rules of audiences", () => {
    it("refuse an issuer without audience", () => {
        const { where, what } = onlyProblem({ audiences: [] });
        assert.equal(where, "hearth:audiences");
        assert.match(what, /an issuer without audience/);
    });

    it("refuse empty ones, ones with spaces, and ones that are listed twice", () => {
        assert.match(onlyProblem({ audiences: [""] }).what, /empty audience/);
        assert.match(onlyProblem({ audiences: ["a b"] }).what, /has a space/);
        assert.match(onlyProblem({ audiences: ["a", "a"] }).what, /more than once/);
        assert.deepEqual(judged({ audiences: ["platform", "https://api.example"] }), []);
    });
});
