/** Outputs of a stack that a summary needs; none of them is a secret. */
export interface PublicOutputs {
    readonly mode: string;
    readonly simulated: boolean;
    /** Name → address. */
    readonly urls: Readonly<Record<string, string>>;
}

export interface SummaryFacts extends PublicOutputs {
    readonly stack: string;
    /** How the cluster came to be: `kind`, `kwok`, `existing`. */
    readonly provider: string;
    readonly standInCharts: boolean;
    /** The mesh is on. Default false. */
    readonly mesh?: boolean;
    /** Path of the isolated kubeconfig; absent for an existing cluster. */
    readonly kubeconfig?: string;
}

/** The table at the end of `make up`: addresses, where credentials are, what is not real. */
export function summaryText(facts: SummaryFacts): string {
    const width = Math.max(0, ...Object.keys(facts.urls).map((name) => name.length));
    const rows = Object.entries(facts.urls).map(([name, url]) => `  ${name.padEnd(width)}  ${url}`);
    const where = [
        "",
        `  credentials  make outputs STACK=${facts.stack} ARGS=--show-secrets`,
        ...(facts.kubeconfig === undefined
            ? []
            : [`  kubectl      KUBECONFIG=${facts.kubeconfig} kubectl get pods -A`]),
    ];
    return [
        `Hearth ${facts.stack} (mode ${facts.mode}, ${facts.provider})`,
        "",
        ...rows,
        ...where,
        ...notices(facts),
    ].join("\n");
}

function notices(facts: SummaryFacts): readonly string[] {
    const lines: string[] = [];
    if (facts.simulated) {
        lines.push(
            "",
            "  SIMULATED: the control plane is real, nodes and pods are not. No container runs and the",
            "  addresses above do not answer. For the real thing start Docker, Podman or nerdctl, then",
            `  make down STACK=${facts.stack} && make up STACK=${facts.stack}`,
        );
        if (facts.mesh === true) {
            lines.push(
                "  The mesh is there as objects: no istiod runs, so no waypoint's pod is made, and nobody checks the",
                "  objects but the API server, by their schemas (istiod's webhooks are off).",
            );
        }
    }
    if (facts.standInCharts) {
        lines.push(
            "",
            "  STAND-IN CHARTS: Hearth's own small charts took the place of the official ones, which no",
            "  repository gave. `make charts` fetches them where one answers; hearth:chartMirror names another.",
        );
    }
    return lines;
}

/**
 * Picks the public outputs out of `pulumi stack output --json`.
 * @throws Error when the program did not export them
 */
export function publicOutputs(outputs: unknown): PublicOutputs {
    if (
        outputs !== null &&
        typeof outputs === "object" &&
        "mode" in outputs &&
        "simulated" in outputs &&
        "urls" in outputs
    ) {
        const { mode, simulated, urls } = outputs;
        if (typeof mode === "string" && typeof simulated === "boolean" && urls !== null && typeof urls === "object") {
            return {
                mode,
                simulated,
                urls: Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, String(url)])),
            };
        }
    }
    throw new Error("the stack's outputs lack mode, simulated or urls");
}
