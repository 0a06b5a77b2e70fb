"""The order of locks: the auction first, then sign-ups, awards and bills."""

from trading.models import Auction, SignUp


def lock_auction(auction: Auction) -> Auction:
    """The auction's row, locked: the sequencer of its bids and the gate of its states."""
    return Auction.objects.select_for_update(no_key=True, of=("self",)).get(pk=auction.pk)


def lock_sign_up(sign_up: SignUp) -> SignUp:
    """The sign-up, locked after its auction."""
    lock_auction(sign_up.auction)
    return SignUp.objects.select_for_update(no_key=True, of=("self",)).get(pk=sign_up.pk)
