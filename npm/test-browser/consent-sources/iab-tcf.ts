import { CmpApi } from "@iabtechlabtcf/cmpapi";
import { GVL, TCModel, TCString } from "@iabtechlabtcf/core";
// @ts-expect-error the package has no types
import * as stub from "@iabtechlabtcf/stub";

export const purpose = "1";

const vendorList = {
  gvlSpecificationVersion: 3,
  vendorListVersion: 1,
  tcfPolicyVersion: 5,
  lastUpdated: "2026-01-01T00:00:00Z",
  purposes: { 1: { id: 1, name: "Store", description: "", descriptionLegal: "", illustrations: [] } },
  specialPurposes: {},
  features: {},
  specialFeatures: {},
  stacks: {},
  dataCategories: {},
  vendors: {},
};

let api: CmpApi;

function encoded(yes: boolean): string {
  const model = new TCModel(new GVL(vendorList as any));
  model.cmpId = 300;
  model.cmpVersion = 1;
  if (yes) model.purposeConsents.set(1);
  return TCString.encode(model);
}

export const install = (): void => {
  (stub.default ?? stub)();
  api = new CmpApi(300, 1, true);
  // Nothing stored yet: the window is open.
  api.update("", true);
};

export const answer = (yes: boolean): void => {
  api.update(encoded(yes), false);
  // The shopper looks at the choices again; that is not an answer.
  api.update(encoded(yes), true);
};
