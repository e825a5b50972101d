import assert from "node:assert/strict";
import fc from "fast-check";
import { gateway, gatewayClass } from "../../../components/edge/gateway";
import { at } from "../../helpers/observability";

const NAMESPACES = "spec/listeners/0/allowedRoutes/namespaces";

function allowed(applications: readonly string[]): unknown {
    return at(gateway({ applicationNamespaces: applications }), NAMESPACES);
}

describe("gatewayClass", () => {
    it("is Traefik's, by the name that Traefik looks for", () => {
        const { apiVersion, kind, metadata, spec } = gatewayClass();
        assert.deepEqual([apiVersion, kind], ["gateway.networking.k8s.io/v1", "GatewayClass"]);
        assert.deepEqual(spec, { controllerName: "traefik.io/gateway-controller" });
        assert.ok(!("namespace" in metadata));
    });
});

describe("gateway", () => {
    it("is of that class, in namespace edge, with one HTTP listener", () => {
        const { metadata, spec } = gateway({ applicationNamespaces: ["apps"] });
        assert.deepEqual([metadata.namespace, metadata.name], ["edge", "edge"]);
        assert.equal(spec["gatewayClassName"], gatewayClass().metadata.name);
        const listeners = Object.values(spec["listeners"] ?? {});
        assert.equal(listeners.length, 1);
        assert.equal(at(listeners, "0/name"), "web");
        assert.equal(at(listeners, "0/protocol"), "HTTP");
        // Traefik compares it with its own entry points, and refuses 80.
        assert.equal(at(listeners, "0/port"), 8000);
        assert.equal(at(listeners, "0/hostname"), undefined);
    });

    it("takes routes of the applications' namespaces, by names that nobody can borrow, and of no other", () => {
        fc.assert(
            fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1 }), (applications) => {
                assert.deepEqual(allowed(applications), {
                    from: "Selector",
                    selector: {
                        matchExpressions: [
                            { key: "kubernetes.io/metadata.name", operator: "In", values: applications },
                        ],
                    },
                });
            }),
        );
    });

    it("takes none from elsewhere where there are no applications, and is valid still", () => {
        assert.deepEqual(allowed([]), { from: "Same" });
    });
});
