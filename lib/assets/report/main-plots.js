/** A page of figures alone, such as a notebook's frame. */
import { startPlots } from "./plots.js";

startPlots();
