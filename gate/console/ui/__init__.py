"""The frame of every page: navigation, keys, events, dialogs, plain widgets."""
