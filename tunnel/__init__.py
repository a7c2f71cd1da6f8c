"""The language and the machine: pure code without network, clock or chance.

``tunnel.language`` turns YAML into a checked, immutable definition.
``tunnel.engine`` applies one event to one session: ``turn(definition, session, event, facts)``.
"""
