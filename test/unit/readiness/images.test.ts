import assert from "node:assert/strict";
import { pullFault, registryMessage, registryOf } from "../../../tools/readiness/causes/image";
import { eventOn, onePod, waiting } from "../../helpers/kube-objects";
import { onlyCause } from "../../helpers/verdicts";

const IMAGE = "ghcr.io/example/main:1.2.3";
/** As containerd 2 and kubelet 1.34 say it. */
const wrap = (detail: string): string =>
    `rpc error: code = Unknown desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${detail}`;
const NOT_FOUND = `${IMAGE}: not found`;
const NO_HOST = `failed to do request: Head "https://ghcr.io/v2/example/main/manifests/1.2.3": dial tcp: lookup ghcr.io on 10.96.0.10:53: no such host`;

describe("what a registry's answer says", () => {
    const refused = [
        NOT_FOUND,
        "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed",
        "failed to authorize: failed to fetch oauth token: unexpected status from GET request to https://ghcr.io/token?scope=x: 403 Forbidden",
        "unexpected status from HEAD request to https://ghcr.io/v2/example/main/manifests/1.2.3: 401 Unauthorized",
        "manifest unknown",
        "no match for platform in manifest: not found",
        "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    ];
    const network = [
        NO_HOST,
        "dial tcp 140.82.121.34:443: i/o timeout",
        "dial tcp 127.0.0.1:5000: connect: connection refused",
        "net/http: TLS handshake timeout",
        "unexpected status from HEAD request to https://ghcr.io/v2/: 503 Service Unavailable",
        "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit",
        "read tcp 10.0.0.2:4242->140.82.121.34:443: read: connection reset by peer",
        "unexpected EOF",
        "context deadline exceeded",
    ];

    for (const message of refused) {
        it(`is a refusal: ${message.slice(0, 70)}`, () => {
            assert.equal(pullFault(registryMessage(wrap(message)), IMAGE), "refused");
        });
    }
    for (const message of network) {
        it(`may be another one next time: ${message.slice(0, 70)}`, () => {
            assert.equal(pullFault(registryMessage(wrap(message)), IMAGE), "network");
        });
    }

    it("is not read out of the image's own name", () => {
        assert.equal(pullFault("docker.io/library/timeout:1: not found", "timeout:1"), "refused");
        assert.equal(pullFault("docker.io/acme/denied:1: unexpected EOF", "docker.io/acme/denied:1"), "network");
    });

    it("counts as a network's fault when nobody understands it", () => {
        assert.equal(pullFault("quux", IMAGE), "network");
    });
});

describe("the message about an image", () => {
    it("is freed of what kubelet and runtime wrap around it", () => {
        assert.equal(registryMessage(`Back-off pulling image "${IMAGE}": ErrImagePull: ${wrap(NOT_FOUND)}`), NOT_FOUND);
        assert.equal(registryMessage(`Failed to pull image "${IMAGE}": ${wrap(NOT_FOUND)}`), NOT_FOUND);
        assert.equal(registryMessage(`Back-off pulling image "${IMAGE}"`), "");
    });

    it("names the registry to reach", () => {
        assert.equal(registryOf(IMAGE), "ghcr.io");
        assert.equal(registryOf("localhost:5000/a:1"), "localhost:5000");
        assert.equal(registryOf("grafana/loki:3"), "docker.io");
        assert.equal(registryOf("traefik"), "docker.io");
    });
});

describe("an image that cannot be had", () => {
    const container = { container: "main" };
    const failed = (detail: string, options: { seconds?: number; count?: number } = {}) => {
        const { pod } = onePod();
        return eventOn(pod, "Failed", `Failed to pull image "${IMAGE}": ${wrap(detail)}`, { ...container, ...options });
    };
    const stalled = (reason: string, message: string | undefined, events: readonly ReturnType<typeof failed>[] = []) =>
        onlyCause(onePod({ status: { containerStatuses: [waiting(reason, message)] } }, { events }));

    it("is named at once with the registry's own words when the registry refuses", () => {
        const cause = stalled("ErrImagePull", wrap(NOT_FOUND), [failed(NOT_FOUND)]);
        assert.equal(cause.definite, true);
        assert.equal(cause.problem.where, "Deployment observability/loki, pod loki-0, container main");
        assert.equal(cause.problem.what, `image ${IMAGE} cannot be had (ErrImagePull): ${NOT_FOUND}`);
        assert.match(cause.problem.fix, /hearth:images.*hearth:imageArchives/);
    });

    it("is named from the event where the kubelet only says that it backs off", () => {
        const cause = stalled("ImagePullBackOff", `Back-off pulling image "${IMAGE}"`, [failed(NOT_FOUND)]);
        assert.match(cause.problem.what, /main:1\.2\.3: not found$/);
        assert.equal(cause.definite, true);
    });

    it("is definite by the kubelet's word alone when its events are gone", () => {
        const message = `Back-off pulling image "${IMAGE}": ErrImagePull: ${wrap(NOT_FOUND)}`;
        assert.equal(stalled("ImagePullBackOff", message).definite, true);
    });

    it("gets its attempts when the network is at fault, and is definite with the third", () => {
        for (const [count, definite] of [
            [1, false],
            [2, false],
            [3, true],
        ] as const) {
            const cause = stalled("ErrImagePull", wrap(NO_HOST), [failed(NO_HOST, { count })]);
            assert.equal(cause.definite, definite, String(count));
            assert.match(cause.problem.fix, /let the nodes reach ghcr\.io/);
        }
    });

    it("is tried once more when its last failure is older than the run: it may have been repaired since", () => {
        const old = stalled("ImagePullBackOff", wrap(NOT_FOUND), [failed(NOT_FOUND, { seconds: -240, count: 9 })]);
        assert.equal(old.definite, false);
        assert.ok((old.patience ?? 0) > 300_000);
        const again = stalled("ImagePullBackOff", wrap(NOT_FOUND), [failed(NOT_FOUND, { seconds: 30, count: 10 })]);
        assert.equal(again.definite, true);
        assert.equal(again.patience, undefined);
    });

    it("does not count the failures of another container", () => {
        const other = {
            ...failed(NO_HOST, { count: 5 }),
            involvedObject: { uid: "uid-loki-0", fieldPath: "spec.containers{x}" },
        };
        assert.equal(stalled("ErrImagePull", wrap(NO_HOST), [other]).definite, false);
    });

    it("is definite for a name that is none, a pull that is forbidden, a signature that is wrong", () => {
        const cases: readonly (readonly [string, RegExp])[] = [
            ["InvalidImageName", /correct hearth:images/],
            ["ErrImageNeverPull", /load the image into the nodes/],
            ["SignatureValidationFailed", /signed/],
        ];
        for (const [reason, fix] of cases) {
            const cause = stalled(reason, "because");
            assert.equal(cause.definite, true, reason);
            assert.match(cause.problem.fix, fix);
        }
    });

    it("is no matter of an image when a container waits for something else", () => {
        assert.doesNotMatch(stalled("CreateContainerError", "name is in use").problem.what, /image/);
    });
});
