import { CmpApi, CmpStatus, SignalStatus } from "@iabgpp/cmpapi";

export const purpose = "SaleOptOut";

let api: CmpApi;

export const install = (): void => {
  api = new CmpApi(300, 1);
  api.setApplicableSections([7]);
  api.setCmpStatus(CmpStatus.LOADED);
  api.setSignalStatus(SignalStatus.NOT_READY);
};

export const answer = (yes: boolean): void => {
  api.setSignalStatus(SignalStatus.NOT_READY);
  api.setFieldValue("usnat", "SaleOptOut", yes ? 2 : 1);
  api.fireSectionChange("usnat");
  api.setSignalStatus(SignalStatus.READY);
};
