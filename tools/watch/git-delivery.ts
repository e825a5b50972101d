import type { Checkout } from "../push/checkout";
import { deliverCommit, type Served } from "../push/push";
import type { Verdict } from "../push/verdict";
import type { Delivery, Outcome } from "./delivery";

/** Brings what is on disk to the git server as a commit that is on no branch, and waits for Argo CD. */
export class GitDelivery implements Delivery {
    public readonly name = "Argo CD";

    /** @param root folder below which the applications are */
    public constructor(
        private readonly checkout: Checkout,
        private readonly served: Served,
        private readonly root: string,
    ) {}

    public async apply(signal: AbortSignal): Promise<Outcome> {
        const commit = await this.checkout.snapshot([this.root]);
        return outcomeOf(await deliverCommit(this.checkout, commit, this.served, { signal }));
    }

    public programChanged(): void {
        // Argo CD knows nothing of the program.
    }
}

/** A verdict on applications, object by object. */
export function outcomeOf({ applications, errors, well }: Verdict): Outcome {
    return {
        results: applications.flatMap(({ name, state, says, resources }) => [
            { id: name, says, failed: state === "failed" },
            ...resources.map(({ id, status, message }) => ({
                id,
                says: message === "" ? status : message,
                failed: /Fail|Error/.test(status),
            })),
        ]),
        errors,
        well,
    };
}
