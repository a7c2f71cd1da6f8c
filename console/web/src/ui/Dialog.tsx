import { Modal, type ModalProps } from "@mantine/core";
import { useWords } from "../words";

/** A window over the page; its cross says what it does. */
export function Dialog(props: ModalProps) {
  return <Modal closeButtonProps={{ "aria-label": useWords().close }} {...props} />;
}
