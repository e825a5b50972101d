import { startProvider } from "../provider-lib/start";
import { commandProvider } from "./provider";

startProvider(commandProvider);
