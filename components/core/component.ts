import * as pulumi from "@pulumi/pulumi";

/** Plain facts about a component, without secrets; visible in state, diffs and policies. */
export type Summary = Readonly<Record<string, string | number | boolean | readonly string[]>>;

/** Base of every component: type token, names of children, options of children. */
export abstract class HearthComponent extends pulumi.ComponentResource {
    protected constructor(
        type: `hearth:${string}:${string}`,
        private readonly logicalName: string,
        summary: Summary,
        opts: pulumi.ComponentResourceOptions = {},
    ) {
        // Only plain data goes to super: the SDK registers it with the engine (pulumi/pulumi#20357), and
        // outputs of the component's own children there would deadlock.
        super(type, logicalName, { ...summary }, opts);
    }

    /** Logical name of a child: `${name}-<role>`. */
    protected childName(role: string): string {
        return `${this.logicalName}-${role}`;
    }

    /**
     * Options of a child. The component's own options are never spread: aliases, protect and dependsOn
     * would leak; what children should inherit (provider, deletedWith) the engine passes on itself.
     */
    protected child(extra: pulumi.CustomResourceOptions = {}): pulumi.CustomResourceOptions {
        return { parent: this, ...extra };
    }
}
