//! Guides that run forwards, backwards and in no order.
