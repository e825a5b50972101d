import { portOf, type PortId } from "../config/ports";
import type { ServiceType } from "../config/schema";

/** Type of a Service that users reach, with the port table's NodePort where there is one, as every chart names them. */
export function exposed(
    id: PortId,
    serviceType: ServiceType,
): { readonly type: ServiceType; readonly nodePort?: number } {
    return serviceType === "NodePort" ? { type: serviceType, nodePort: portOf(id).nodePort } : { type: serviceType };
}
