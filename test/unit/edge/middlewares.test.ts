import assert from "node:assert/strict";
import { middlewares, type MiddlewareName } from "../../../components/edge/middlewares";
import type { PlatformConfig } from "../../../components/config/schema";

const EDGE: PlatformConfig["edge"] = {
    corsOrigins: ["http://localhost:5173"],
    rateLimit: { average: 7, burst: 3 },
};

function spec(name: MiddlewareName, edge = EDGE): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
    const found = middlewares(edge).find((middleware) => middleware.name === name);
    assert.ok(found, `there is no ${name}`);
    // Every middleware's spec is one object under the middleware's kind.
    return found.spec as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

describe("middlewares", () => {
    it("has cors, rate-limit and retry on every stack", () => {
        assert.deepEqual(
            middlewares(EDGE).map(({ name }) => name),
            ["cors", "rate-limit", "retry"],
        );
    });

    it("has auth only with an address to ask, so that a route naming it elsewhere is not served", () => {
        const withAuth = { ...EDGE, authAddress: "http://auth.apps.svc:8090/verify" };
        const forward = spec("auth", withAuth)["forwardAuth"];
        assert.equal(forward?.["address"], "http://auth.apps.svc:8090/verify");
        assert.equal(forward?.["trustForwardHeader"], false);
        assert.deepEqual(forward?.["authResponseHeaders"], ["X-User-Id"]);
    });

    it("allows browsers every method of a REST client", () => {
        const headers = spec("cors")["headers"];
        assert.deepEqual(headers?.["accessControlAllowMethods"], ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
        for (const header of ["Authorization", "Connect-Protocol-Version", "X-Grpc-Web"]) {
            const allowed = headers?.["accessControlAllowHeaders"];
            assert.ok(Array.isArray(allowed) && allowed.includes(header), header);
        }
    });

    it("allows the configured origins and no other, not even by a wildcard", () => {
        const headers = spec("cors", { ...EDGE, corsOrigins: ["https://a.example", "https://b.example"] })["headers"];
        assert.deepEqual(headers?.["accessControlAllowOriginList"], ["https://a.example", "https://b.example"]);
        assert.equal(headers?.["accessControlAllowOriginListRegex"], undefined);
        assert.equal(headers?.["addVaryHeader"], true);
    });

    it("limits at the configured rate", () => {
        assert.deepEqual(spec("rate-limit")["rateLimit"], { average: 7, burst: 3, period: "1s" });
    });

    it("retries with a first delay, since Traefik repeats at once without one", () => {
        const { attempts, initialInterval } = spec("retry")["retry"] ?? {};
        assert.deepEqual({ attempts, initialInterval }, { attempts: 3, initialInterval: "100ms" });
    });
});
